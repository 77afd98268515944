/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SetConfigurationRequest.Mode;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who belongs to the group, as the log says on this node; the leader changes it, by one member at a time. */
public final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    private final String shard;
    private final UUID self;
    private final RaftServer server;
    private final RaftServer.Division division;
    private final ClientId client;
    private final LongSupplier calls;

    Membership(
            String shard,
            UUID self,
            RaftServer server,
            RaftServer.Division division,
            ClientId client,
            LongSupplier calls) {
        this.shard = shard;
        this.self = self;
        this.server = server;
        this.division = division;
        this.client = client;
        this.calls = calls;
    }

    /** Those whose votes count, in the order of their labels; while a change is under way, those after it. */
    public List<Member> members() {
        return Members.members(division.getRaftConf().getCurrentPeers());
    }

    /** The member with a label, if there is one. */
    public Optional<Member> labelled(String label) {
        return members().stream().filter(member -> member.label().equals(label)).findFirst();
    }

    /** Whether a change is not finished: both the members before and those after it have to agree to everything. */
    public boolean changing() {
        return !division.getRaftConf().getPreviousPeers().isEmpty();
    }

    /** Whether this node is a member, before or after a change that is under way. */
    public boolean includesSelf() {
        return division.getRaftConf().getPeer(Members.peerId(self)) != null;
    }

    boolean includes(RaftPeerId peer) {
        return division.getRaftConf().getCurrentPeers().stream()
                .anyMatch(member -> member.getId().equals(peer));
    }

    /**
     * Makes {@code next} the members, if {@code now} still are; to be called on the leader. One member may come and one go:
     * a replacement is both, a new uuid under the old label, and the one that goes need not answer. A member that comes has to
     * run already, as a joining node, and is let in when it has caught up.
     *
     * <p>Completes when a majority of both has the change on disk. Otherwise completes exceptionally with an
     * {@link IOException} that says why; when leadership was lost meanwhile it may still come true.
     */
    public CompletableFuture<Void> change(List<Member> now, List<Member> next) {
        var refusal = refusal(now, next);
        if (refusal.isPresent()) {
            return CompletableFuture.failedFuture(new IOException("shard " + shard + ": " + refusal.get()));
        }
        LOG.info("Shard {}: changing the members from {} to {}", shard, now, next);
        var request = new SetConfigurationRequest(
                client,
                division.getId(),
                division.getGroup().getGroupId(),
                calls.getAsLong(),
                SetConfigurationRequest.Arguments.newBuilder()
                        .setMode(Mode.COMPARE_AND_SET)
                        .setServersInCurrentConf(Members.peers(now))
                        .setServersInNewConf(Members.peers(next))
                        .build());
        CompletableFuture<Void> changed;
        try {
            changed = server.setConfigurationAsync(request).thenAccept(reply -> {
                if (!reply.isSuccess()) {
                    throw new CompletionException(reply.getException());
                }
                LOG.info("Shard {}: the members are now {}", shard, next);
            });
        } catch (IOException | RuntimeException e) {
            changed = CompletableFuture.failedFuture(e);
        }
        return changed.exceptionally(failure -> {
            throw new CompletionException(failed(failure));
        });
    }

    private Optional<String> refusal(List<Member> now, List<Member> next) {
        var ids = new HashSet<UUID>();
        var labels = new HashSet<String>();
        var addresses = new HashSet<String>();
        for (var member : next) {
            if (!ids.add(member.id()) || !labels.add(member.label()) || !addresses.add(member.address())) {
                return Optional.of("two members would have the same uuid, label or address: " + next);
            }
            for (var before : now) {
                if (before.id().equals(member.id()) && !before.equals(member)) {
                    return Optional.of("member " + before.id() + " is known as " + before.label() + " at "
                            + before.address() + "; label and address change only with a new uuid");
                }
            }
        }
        if (!ids.contains(self)) {
            return Optional.of("the leader cannot remove itself: hand the leadership over first");
        }
        var come = next.stream().filter(member -> !now.contains(member)).count();
        var gone = now.stream().filter(member -> !next.contains(member)).count();
        if (come > 1 || gone > 1) {
            return Optional.of("one member may come and one go at a time, not " + come + " and " + gone);
        }
        return Optional.empty();
    }

    private IOException failed(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        var why = switch (cause.getClass().getSimpleName()) {
            case "ReconfigurationInProgressException" -> "another change of members is under way";
            case "ReconfigurationTimeoutException" -> "the new member does not answer";
            case "SetConfigurationException" -> "the members have changed meanwhile, or too many would";
            case "NotLeaderException" -> "this node does not lead any more";
            default -> cause.toString();
        };
        return new IOException("shard " + shard + ": the members were not changed: " + why, cause);
    }
}
