/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.replication.peer.NodeAddress;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A node that the cluster has admitted as a new member, in the place of an earlier one or besides all.
 *
 * @param replaced the uuid that is to leave when the new member has caught up; null when none is
 */
public record AdmissionRecord(
        String label,
        UUID member,
        NodeAddress address,
        @Nullable UUID replaced,
        State state) {
    private static final String NOBODY = "-";
    private static final int FIELDS = 5;

    /** How far it has come. */
    public enum State {
        /** A node with this label that has no identity is given the uuid. */
        OPEN,
        /**
         * A node has said that it has the uuid on its disk: from now on it is given to nobody. To be recorded before the member is
         * made a voter, so that one that loses its data again does not come back under a uuid that may have voted.
         */
        TAKEN,
        /** The member has caught up and votes; the one it replaces is gone. */
        DONE;

        private static State of(String text) {
            return Arrays.stream(values())
                    .filter(state -> state.text().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "state '" + text + "' of an admission; allowed: open, taken, done"));
        }

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public AdmissionRecord {
        NodeLabel.checked(label);
    }

    public Optional<UUID> replacedMember() {
        return Optional.ofNullable(replaced);
    }

    public AdmissionRecord in(State next) {
        return new AdmissionRecord(label, member, address, replaced, next);
    }

    static AdmissionRecord parse(String line) {
        var fields = line.strip().split("\\s+", -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException(
                    "'" + line + "' is no admission; allowed: label, uuid, address, replaced uuid or -, state");
        }
        return new AdmissionRecord(
                fields[0],
                UUID.fromString(fields[1]),
                NodeAddress.of(fields[2]),
                NOBODY.equals(fields[3]) ? null : UUID.fromString(fields[3]),
                State.of(fields[4]));
    }

    String line() {
        return String.join(
                " ",
                label,
                member.toString(),
                address.toString(),
                replaced == null ? NOBODY : replaced.toString(),
                state.text());
    }
}
