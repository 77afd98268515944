/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.core.ConfigurationException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Who a data directory is: the uuid by which it votes, and how far it has come.
 *
 * @param initialMembers those the cluster began with, if this node was one of them; else empty
 */
public record MemberIdentity(UUID clusterId, String label, UUID member, State state, Map<String, UUID> initialMembers) {
    private static final int VERSION = 1;
    private static final String CLUSTER = "cluster.id";
    private static final String LABEL = "node.id";
    private static final String MEMBER = "node.uuid";
    private static final String STATE = "state";
    private static final String INITIAL = "member.";
    private static final String COMMENT = "Who these data are. Do not change, do not copy to another node.";

    /** How far a member has come. */
    public enum State {
        /** Formed by all initial members; its vote may be missing, because it may never have been open. */
        NEW,
        /** Admitted under a new uuid; begins with nothing, and is told everything by the others. */
        JOINING,
        /** Has been open: without its vote it must not start again. */
        MEMBER;

        /** Whether Raft may begin with an empty vote and an empty log. */
        public boolean mayBeginEmpty() {
            return this != MEMBER;
        }

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        private static State of(String text) {
            return Arrays.stream(values())
                    .filter(state -> state.text().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(text));
        }
    }

    /** Copies the map. */
    public MemberIdentity {
        initialMembers = Collections.unmodifiableMap(new LinkedHashMap<>(initialMembers));
    }

    static MemberIdentity formedBy(BootstrapToken token) {
        return new MemberIdentity(token.clusterId(), token.label(), token.member(), State.NEW, token.members());
    }

    static MemberIdentity admitted(ClusterConfiguration cluster, UUID member) {
        return new MemberIdentity(cluster.clusterId(), cluster.self(), member, State.JOINING, Map.of());
    }

    /** The same member once its vote is on the disk. */
    public MemberIdentity begun() {
        return new MemberIdentity(clusterId, label, member, State.MEMBER, initialMembers);
    }

    static MemberIdentity parse(String source, String text) {
        var values = KeyValues.parse(source, text).upToVersion(VERSION);
        var clusterId = values.uuid(CLUSTER);
        var label = values.label(LABEL);
        var member = values.uuid(MEMBER);
        var allowed = Arrays.stream(State.values()).map(State::text).collect(Collectors.joining(", "));
        var state = values.take(STATE, allowed, State::of);
        var initialMembers = values.byLabel(INITIAL, "a uuid", UUID::fromString);
        values.end();
        if (!initialMembers.isEmpty() && !member.equals(initialMembers.get(label))) {
            throw new ConfigurationException(source + ": " + INITIAL + label + "=" + initialMembers.get(label)
                    + "; allowed: the same as " + MEMBER + ", " + member);
        }
        return new MemberIdentity(clusterId, label, member, state, initialMembers);
    }

    String text() {
        var values = KeyValues.ofVersion(VERSION);
        values.put(CLUSTER, clusterId.toString());
        values.put(LABEL, label);
        values.put(MEMBER, member.toString());
        values.put(STATE, state.text());
        initialMembers.forEach((name, uuid) -> values.put(INITIAL + name, uuid.toString()));
        return KeyValues.text(COMMENT, values);
    }
}
