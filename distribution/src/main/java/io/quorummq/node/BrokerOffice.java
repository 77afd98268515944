/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.replication.consensus.LeaderFiles;
import io.quorummq.replication.consensus.Office;
import io.quorummq.replication.consensus.Officeholder;
import io.quorummq.replication.consensus.StoreState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a broker for as long as this node leads: one {@link ActiveBroker} for each office. */
final class BrokerOffice implements Officeholder {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerOffice.class);

    private final StoreState state;
    private final Activation activation;
    private final Change change;
    private final LongSupplier nanoTicker;
    private final CompletableFuture<Void> first = new CompletableFuture<>();
    private volatile @Nullable Serving serving;
    private volatile Duration lastActivation = Duration.ZERO;

    /** What serves during one office. */
    record Serving(Office office, LeaderFiles files, ActiveBroker broker) {}

    /** Makes the broker of an office, not yet started, after whatever has to be in the files before it. */
    interface Activation {
        ActiveBroker prepare(LeaderFiles files) throws Exception;
    }

    BrokerOffice(StoreState state, Activation activation, Change change, LongSupplier nanoTicker) {
        this.state = state;
        this.activation = activation;
        this.change = change;
        this.nanoTicker = nanoTicker;
    }

    /** What serves now; ask again each time. */
    Optional<Serving> serving() {
        return Optional.ofNullable(serving);
    }

    /** Completes when this node could serve for the first time, and fails when its first attempt failed. */
    CompletableFuture<Void> first() {
        return first;
    }

    /** How long it took from the office to open doors, the last time. */
    Duration lastActivation() {
        return lastActivation;
    }

    @Override
    public void takeOffice(Office office) throws Exception {
        var begun = nanoTicker.getAsLong();
        var files = new LeaderFiles(office, state.store());
        try {
            var broker = activation.prepare(files);
            broker.start();
            serving = new Serving(office, files, broker);
        } catch (Exception | Error e) {
            first.completeExceptionally(e);
            throw e;
        }
        lastActivation = Duration.ofNanos(nanoTicker.getAsLong() - begun);
        LOG.info("Serving in term {}, after {} ms", office.term(), lastActivation.toMillis());
        first.complete(null);
        change.happened();
    }

    /** An engine that stopped by itself cannot go on: the office ends, and the next one begins with what is in the files. */
    void endIfEngineStopped() {
        var now = serving;
        if (now != null && !now.broker().isActive() && now.equals(serving)) {
            now.office().log().fence("the engine stopped by itself, see above");
        }
    }

    @Override
    public void handOver(Office office) {
        ended().ifPresent(ActiveBroker::close);
    }

    @Override
    public void loseOffice(Office office) {
        ended().ifPresent(ActiveBroker::abandon);
    }

    @Override
    public void leaderChanged() {
        change.happened();
    }

    /** Nobody gets at the broker any more before it stops. */
    private Optional<ActiveBroker> ended() {
        var last = serving;
        serving = null;
        change.happened();
        return Optional.ofNullable(last).map(Serving::broker);
    }
}
