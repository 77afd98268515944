/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import java.util.Map;
import java.util.UUID;

/** What a node remembers of the others: by which nonce each was formed, for as long as its own data live. */
final class FormedMembers {
    private static final int VERSION = 1;
    private static final String MEMBER = "member.";
    private static final String COMMENT =
            "Which members were formed, and by which nonce: one that comes with another has lost its data.";

    private final DurableFile file;

    FormedMembers(DurableFile file) {
        this.file = file;
    }

    /** Whether this member is formed by this nonce and by no other; remembered on the disk when it returns true. */
    synchronized boolean remember(UUID member, UUID nonce) {
        var known = file.read().map(this::parse).orElse(Map.of());
        var before = known.get(member.toString());
        if (before != null) {
            return before.equals(nonce);
        }
        var values = KeyValues.ofVersion(VERSION);
        known.forEach((uuid, earlier) -> values.put(MEMBER + uuid, earlier.toString()));
        values.put(MEMBER + member, nonce.toString());
        file.write(KeyValues.text(COMMENT, values));
        return true;
    }

    private Map<String, UUID> parse(String text) {
        var values = KeyValues.parse(file.toString(), text).upToVersion(VERSION);
        var members = values.all(MEMBER, "a uuid", UUID::fromString);
        values.end();
        return members;
    }
}
