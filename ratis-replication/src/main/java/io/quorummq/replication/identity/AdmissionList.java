/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.replication.identity.AdmissionRecord.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** All admissions of a cluster, oldest first, one a label: the content of the replicated file {@value #FILE}. */
public record AdmissionList(List<AdmissionRecord> records) {
    public static final String FILE = "cluster/admissions";

    /** What a cluster begins with. */
    public static final AdmissionList EMPTY = new AdmissionList(List.of());

    private static final int VERSION = 1;
    private static final String HEADER = "quorummq-admissions ";

    /** Copies the list. */
    public AdmissionList {
        records = List.copyOf(records);
    }

    /**
     * The list of these bytes.
     *
     * @throws IllegalArgumentException if they are none, or of a version from the future
     */
    public static AdmissionList parse(byte[] bytes) {
        var lines =
                new String(bytes, UTF_8).lines().filter(line -> !line.isBlank()).toList();
        if (lines.isEmpty()) {
            return EMPTY;
        }
        var header = lines.get(0);
        if (!header.equals(HEADER + VERSION)) {
            throw new IllegalArgumentException(
                    FILE + " begins with '" + header + "'; allowed: '" + HEADER + VERSION + "'");
        }
        return new AdmissionList(
                lines.stream().skip(1).map(AdmissionRecord::parse).toList());
    }

    public byte[] bytes() {
        var text = new StringBuilder(HEADER).append(VERSION).append('\n');
        records.forEach(admission -> text.append(admission.line()).append('\n'));
        return text.toString().getBytes(UTF_8);
    }

    /** The uuid that a node of this label is to be given now. */
    public Optional<UUID> open(String label) {
        return of(label).filter(found -> found.state() == State.OPEN).map(AdmissionRecord::member);
    }

    public Optional<AdmissionRecord> of(String label) {
        return records.stream().filter(found -> found.label().equals(label)).findFirst();
    }

    /** With this one instead of an earlier one of the same label. */
    public AdmissionList with(AdmissionRecord admitted) {
        var changed = new ArrayList<>(without(admitted.label()).records);
        changed.add(admitted);
        return new AdmissionList(changed);
    }

    public AdmissionList without(String label) {
        return new AdmissionList(
                records.stream().filter(kept -> !kept.label().equals(label)).toList());
    }

    /** With the admission of this member in another state; unchanged when there is none. */
    public AdmissionList with(UUID member, State state) {
        UnaryOperator<AdmissionRecord> change = old -> old.member().equals(member) ? old.in(state) : old;
        return new AdmissionList(records.stream().map(change).toList());
    }
}
