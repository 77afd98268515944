/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.installation.Giver;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.SnapshotExport;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/** What a node that takes part in its group does for installations: it gives its files to others, and says when it needs theirs. */
final class InstallationPart implements Giver, Installer.Behind, FileStateMachine.InstallationEvents {
    private final ReplicatedState state;
    private final RaftServer.Division division;
    private final FileStateMachine machine;
    private final Checkpoints checkpoints;
    private final LogPurge purge;
    private final Optional<Installer> installer;
    private final Runnable reopen;
    private volatile @Nullable NodeAddress askedBy;

    /** @param reopen closes this part and opens the next one */
    InstallationPart(
            ReplicatedState state,
            RaftServer.Division division,
            FileStateMachine machine,
            Checkpoints checkpoints,
            LogPurge purge,
            Optional<Installer> installer,
            Runnable reopen) {
        this.state = state;
        this.division = division;
        this.machine = machine;
        this.checkpoints = checkpoints;
        this.purge = purge;
        this.installer = installer;
        this.reopen = reopen;
    }

    @Override
    public SnapshotExport export(long indexMin) throws PeerRefusal {
        var replica = state.replica().orElseThrow(() -> new PeerRefusal("this node keeps no files"));
        if (!replica.damage().places().isEmpty()) {
            throw new PeerRefusal("the files of this node are damaged");
        }
        var store = replica.store();
        if (store.redoing()) {
            throw new PeerRefusal("this node is still applying its log");
        }
        if (store.checkpointed().index() < Math.max(0, indexMin)) {
            checkpoints.request();
            throw new PeerRefusal(
                    "the last checkpoint of this node ends at " + store.checkpointed() + "; a new one is asked for");
        }
        return store.export();
    }

    @Override
    public byte[] configuration() {
        return ConfigurationFiles.encode(division.getRaftConf());
    }

    @Override
    public void damaged(DamageException damage) {
        state.replica().ifPresent(replica -> replica.damage().report(damage));
    }

    @Override
    public CompletableFuture<@Nullable TermIndex> needed(String leaderAddress, long firstInLog) {
        if (!leaderAddress.isEmpty()) {
            askedBy = NodeAddress.of(leaderAddress);
        }
        return installer.isEmpty() ? new CompletableFuture<>() : installer.get().behind(firstInLog, this);
    }

    /** Ratis has to be told to ask anew. */
    @Override
    public void leaderChanged() {
        installer.ifPresent(Installer::leaderChanged);
    }

    /** To be called now and then. */
    void catchUp() {
        installer.ifPresent(taking -> taking.catchUp(this, division.getRaftLog().getNextIndex() - 1));
    }

    @Override
    public List<NodeAddress> others() {
        var members = division.getRaftConf().getAllPeers().stream()
                .filter(peer -> !peer.getId().equals(division.getId()))
                .map(peer -> NodeAddress.of(peer.getAddress()));
        return Stream.concat(Stream.ofNullable(askedBy), members).distinct().toList();
    }

    @Override
    public long appliedIndex() {
        return machine.getLastAppliedTermIndex().getIndex();
    }

    /** The entry before the first in the log; without a log, the last of the files. */
    long indexBeforeLog() {
        var first = division.getRaftLog().getStartIndex();
        return first < 0 ? appliedIndex() : first - 1;
    }

    @Override
    public void checkpoint() {
        checkpoints.request();
    }

    @Override
    public void keepLog(boolean keep) {
        purge.keep(keep);
    }

    @Override
    public void reopen() {
        reopen.run();
    }
}
