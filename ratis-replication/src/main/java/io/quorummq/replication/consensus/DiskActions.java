/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node does about a disk that gets full: it shortens its log, lets another lead, and at last takes no part. */
public final class DiskActions implements DiskGuard.Actions {
    private static final Logger LOG = LoggerFactory.getLogger(DiskActions.class);
    private static final Duration HAND_OVER_MAX = Duration.ofSeconds(20);

    private final RaftNode node;
    private final Consumer<Optional<String>> sendsRefused;

    /** @param sendsRefused hears why sends are refused from now on, or that they are taken again */
    public DiskActions(RaftNode node, Consumer<Optional<String>> sendsRefused) {
        this.node = node;
        this.sendsRefused = sendsRefused;
    }

    @Override
    public void refuseSends(String reason) {
        sendsRefused.accept(Optional.of(reason));
    }

    @Override
    public void allowSends() {
        sendsRefused.accept(Optional.empty());
    }

    @Override
    public void makeRoom() throws InterruptedException {
        if (node.isOpen()) {
            node.checkpointSoon();
            resign();
        }
    }

    @Override
    public void close(String reason) throws IOException, InterruptedException {
        if (node.isOpen()) {
            resign();
        }
        if (node.isOpen() || node.isInstalling()) {
            node.close();
        }
    }

    /** A node that is open, that was removed meanwhile, or that opens when it has got its files, stays as it is. */
    @Override
    public void open() throws IOException {
        if (node.part() == RaftNode.Part.CLOSED && !node.isInstalling()) {
            node.open(RaftNode.Formation.RESTART);
        }
    }

    /** A leader alone would only lead again. */
    private void resign() throws InterruptedException {
        if (node.membership().members().size() < 2 || node.leadership().office().isEmpty()) {
            return;
        }
        try {
            var unused = node.leadership().resign().get(HAND_OVER_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The office was not given up in good order", e);
        }
    }
}
