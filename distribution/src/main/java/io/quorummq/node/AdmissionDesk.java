/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.node.BrokerOffice.Serving;
import io.quorummq.replication.consensus.LeaderFiles;
import io.quorummq.replication.consensus.Member;
import io.quorummq.replication.consensus.Membership;
import io.quorummq.replication.identity.AdmissionList;
import io.quorummq.replication.identity.AdmissionRecord;
import io.quorummq.replication.identity.AdmissionRecord.State;
import io.quorummq.replication.identity.Admissions;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.Peers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets nodes join: keeps the list of admissions in the cluster's files and, while this node leads, carries each through. A step that
 * was recorded is never taken back by a change of leader; one that was not is taken again by the next.
 */
final class AdmissionDesk implements Admissions {
    private static final Logger LOG = LoggerFactory.getLogger(AdmissionDesk.class);
    private static final Duration QUESTION_MAX = Duration.ofSeconds(5);

    private final BrokerOffice office;
    private final Supplier<Membership> membership;
    private final Peers peers;
    private boolean busy;
    private @Nullable String lastTrouble;

    AdmissionDesk(BrokerOffice office, Supplier<Membership> membership, Peers peers) {
        this.office = office;
        this.membership = membership;
        this.peers = peers;
    }

    /** Writing the list once more proves that this office is still in force. */
    @Override
    public CompletableFuture<Answer> find(String label) {
        var serving = office.serving();
        if (serving.isEmpty()) {
            return CompletableFuture.completedFuture(new Answer.Unknown());
        }
        try {
            var files = serving.get().files();
            return write(files, read(files))
                    .thenApply(list ->
                            list.open(label).<Answer>map(Answer.Open::new).orElseGet(Answer.None::new));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Admits a node; one that was admitted under this label and has not joined keeps its uuid. Completes when it is recorded. */
    CompletableFuture<AdmissionRecord> admit(
            LeaderFiles files, String label, NodeAddress address, @Nullable UUID replaced) throws IOException {
        var list = read(files);
        var known = list.of(label)
                .filter(record ->
                        record.state() == State.OPEN && record.address().equals(address));
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get());
        }
        var admitted = new AdmissionRecord(label, UUID.randomUUID(), address, replaced, State.OPEN);
        LOG.info("Node {} at {} is admitted as member {}", label, address, admitted.member());
        return write(files, list.with(admitted)).thenApply(written -> admitted);
    }

    /** Goes on with what is not done; to be called now and then on every node. */
    void carryOn() {
        var serving = office.serving();
        if (serving.isEmpty()) {
            return;
        }
        synchronized (this) {
            if (busy) {
                return;
            }
            busy = true;
        }
        var unused = next(serving.get()).whenComplete((done, failure) -> {
            synchronized (this) {
                busy = false;
            }
            tell(failure);
        });
    }

    private CompletableFuture<Void> next(Serving serving) {
        try {
            var list = read(serving.files());
            for (var record : list.records()) {
                if (record.state() != State.DONE) {
                    return record.state() == State.OPEN
                            ? takeNote(serving.files(), list, record)
                            : letIn(serving.files(), list, record);
                }
            }
            return CompletableFuture.completedFuture(null);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Once the node has its uuid on its disk, that uuid is given to nobody any more; only then may it become a voter. */
    private CompletableFuture<Void> takeNote(LeaderFiles files, AdmissionList list, AdmissionRecord record) {
        return peers.call(record.address(), IdentityService.NAME, new byte[0], QUESTION_MAX)
                .thenCompose(answer -> {
                    if (!new String(answer, UTF_8).equals(record.member().toString())) {
                        return CompletableFuture.completedFuture(null);
                    }
                    return write(files, list.with(record.member(), State.TAKEN)).thenApply(written -> null);
                });
    }

    private CompletableFuture<Void> letIn(LeaderFiles files, AdmissionList list, AdmissionRecord record) {
        var group = membership.get();
        var now = group.members();
        if (now.stream().anyMatch(member -> member.id().equals(record.member()))) {
            return write(files, list.with(record.member(), State.DONE)).thenApply(written -> null);
        }
        var next = new ArrayList<>(
                now.stream().filter(member -> !isReplaced(member, record)).toList());
        next.add(new Member(
                record.member(),
                record.label(),
                record.address().host(),
                record.address().port()));
        return group.change(now, next);
    }

    private static boolean isReplaced(Member member, AdmissionRecord record) {
        return record.replacedMember().filter(member.id()::equals).isPresent();
    }

    private static AdmissionList read(LeaderFiles files) throws IOException {
        return files.readAll(ClusterFiles.ADMISSIONS)
                .map(AdmissionDesk::bytes)
                .map(AdmissionList::parse)
                .orElse(AdmissionList.EMPTY);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static CompletableFuture<AdmissionList> write(LeaderFiles files, AdmissionList list) {
        try {
            return files.replace(ClusterFiles.ADMISSIONS, ByteBuffer.wrap(list.bytes()))
                    .thenApply(written -> list);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same trouble, as a node that is not up yet, is told once. */
    private synchronized void tell(@Nullable Throwable failure) {
        var trouble = failure == null ? null : String.valueOf(failure.getMessage());
        if (trouble != null && !trouble.equals(lastTrouble)) {
            LOG.info("An admission waits: {}", trouble);
        }
        lastTrouble = trouble;
    }

    /** Those who are to come, for the status. */
    List<AdmissionRecord> waiting() {
        return office.serving()
                .map(serving -> {
                    try {
                        return read(serving.files()).records().stream()
                                .filter(record -> record.state() != State.DONE)
                                .toList();
                    } catch (IOException fenced) {
                        LOG.debug("The admissions cannot be read", fenced);
                        return List.<AdmissionRecord>of();
                    }
                })
                .orElseGet(List::of);
    }

    /** Forgets a node that is removed, so that its label can be admitted anew. */
    CompletableFuture<Void> forget(LeaderFiles files, String label) throws IOException {
        var list = read(files);
        return list.of(label).isEmpty()
                ? CompletableFuture.completedFuture(null)
                : write(files, list.without(label)).thenApply(written -> null);
    }

    /** The record of a label, if it was ever admitted. */
    Optional<AdmissionRecord> of(LeaderFiles files, String label) throws IOException {
        return read(files).of(label);
    }
}
