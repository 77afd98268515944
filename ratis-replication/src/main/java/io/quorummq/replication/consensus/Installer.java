/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.installation.Fetch;
import io.quorummq.replication.installation.Fetch.Fetched;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.Peers;
import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.SnapshotImport.LocalFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The taker's side of installations, one at a time, on a thread of its own.
 *
 * <p>Ratis only says that an installation is needed; it is given no finished one to load. When all files are there and durable the
 * node closes its part in the group and opens it again, which is the way a crash at that moment would take, too. So no change of
 * leader can come between Ratis' own steps, of which there are several that it never takes up again.
 */
final class Installer {
    private static final Logger LOG = LoggerFactory.getLogger(Installer.class);
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);
    private static final Duration HOLD_INTERVAL = Duration.ofSeconds(10);
    private static final long STOP_SECONDS_MAX = 60;
    private static final int WARNED_MAX = 100;
    private static final long TIMER_IDLE_SECONDS_MAX = 10;

    private final String shard;
    private final UUID self;
    private final Replica replica;
    private final Peers peers;
    private final LongSupplier nanoTicker;
    private final ScheduledExecutorService timer;
    private final ThreadFactory threads;

    private @Nullable Thread working;
    private @Nullable Fetch fetching;
    private @Nullable CompletableFuture<@Nullable TermIndex> asked;
    private final Set<String> warned = new HashSet<>();
    private boolean stopped;
    private volatile long catchUpIndex = -1;
    private volatile long lastHoldNanos;

    /** The part in the group for which an installation is made. */
    interface Behind {
        /** The other members, the most promising giver first. */
        List<NodeAddress> others();

        long appliedIndex();

        /** Begins one soon. */
        void checkpoint();

        /** Whether checkpoints of its own must not shorten its log, which has to connect to what will be installed. */
        void keepLog(boolean keep);

        /** Closes and opens again; does nothing where this part was closed meanwhile. */
        void reopen();
    }

    Installer(Shard shard, UUID self, Replica replica, Peers peers, LongSupplier nanoTicker) {
        this.shard = shard.name();
        this.self = self;
        this.replica = replica;
        this.peers = peers;
        this.nanoTicker = nanoTicker;
        var scheduler = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "installation-timer-" + shard.name()));
        scheduler.setKeepAliveTime(TIMER_IDLE_SECONDS_MAX, TimeUnit.SECONDS);
        scheduler.allowCoreThreadTimeOut(true);
        scheduler.setRemoveOnCancelPolicy(true);
        timer = scheduler;
        threads = task -> daemon(task, "installation-" + shard.name());
    }

    private static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Raft: this replica cannot go on from the leader's log, which begins at this entry. Called under Ratis' lock. The answer
     * never is an installed snapshot; it fails when Ratis shall ask again, and until then Ratis answers for us.
     */
    synchronized CompletableFuture<@Nullable TermIndex> behind(long firstInLog, Behind part) {
        var answer = new CompletableFuture<@Nullable TermIndex>();
        if (part.appliedIndex() >= firstInLog) {
            // a leader that knows nothing yet of this member: Ratis tells it where to go on once there is a
            // checkpoint so late
            part.checkpoint();
            askAgainLater(answer);
            return answer;
        }
        if (stopped) {
            return answer;
        }
        asked = answer;
        if (working == null) {
            var thread = threads.newThread(() -> install(firstInLog - 1, part));
            working = thread;
            thread.start();
        }
        return answer;
    }

    /** Ratis waits for an installation that the old leader asked for, whatever the new one has: it has to be told to ask anew. */
    void leaderChanged() {
        CompletableFuture<@Nullable TermIndex> answer;
        synchronized (this) {
            answer = asked;
            asked = null;
        }
        if (answer != null) {
            answer.completeExceptionally(new IOException("another leader was elected during an installation"));
        }
    }

    private void install(long indexMin, Behind part) {
        part.keepLog(true);
        try {
            var fetched = attempt(
                    part::others, LocalFiles.IN_USE, indexMin, position -> part.appliedIndex() < position.index());
            if (fetched != null) {
                catchUpIndex = fetched.redoUntil();
                part.reopen();
            }
        } catch (CancellationException e) {
            LOG.info("Shard {}: {}", shard, e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("Shard {}: an installation failed", shard, e);
        } finally {
            part.keepLog(false);
            done();
        }
    }

    /** The first giver that gives all; null when none did. */
    private @Nullable Fetched attempt(
            Supplier<List<NodeAddress>> others,
            LocalFiles localFiles,
            long indexMin,
            Predicate<LogPosition> stillWanted) {
        var givers = others.get();
        for (var giver : givers) {
            var fetch = new Fetch(peers, timer, shard, self, replica.disk(), localFiles);
            synchronized (this) {
                if (stopped) {
                    throw new CancellationException("the installation was stopped");
                }
                fetching = fetch;
            }
            try {
                var keepers =
                        givers.stream().filter(other -> !other.equals(giver)).toList();
                var fetched = fetch.from(giver, keepers, indexMin, stillWanted);
                synchronized (this) {
                    warned.clear();
                }
                LOG.info(
                        "Shard {}: the files of {} are here from {}, {} blocks were fetched",
                        shard,
                        fetched.position(),
                        giver,
                        fetched.blocks());
                return fetched;
            } catch (PeerRefusal | IOException e) {
                warnOnce(giver, e);
            } catch (InterruptedException e) {
                throw new CancellationException("the installation was interrupted");
            } catch (CancellationException e) {
                throw e;
            } catch (RuntimeException e) {
                // a full disk, a manifest that is damaged: the old files stand
                LOG.warn("Shard {}: files from {} could not be taken", shard, giver, e);
            }
        }
        return null;
    }

    /** It is tried every few seconds, for as long as the others are down. */
    private void warnOnce(NodeAddress giver, Exception failure) {
        var line = "no files from " + giver + ": " + failure.getMessage();
        boolean fresh;
        synchronized (this) {
            fresh = warned.size() < WARNED_MAX && warned.add(line);
        }
        if (fresh) {
            LOG.warn("Shard {}: {}", shard, line);
        } else {
            LOG.debug("Shard {}: {}", shard, line);
        }
    }

    /** Lets Ratis ask again after a pause. */
    private void done() {
        CompletableFuture<@Nullable TermIndex> answer;
        synchronized (this) {
            answer = asked;
            asked = null;
            fetching = null;
            working = null;
            notifyAll();
        }
        if (answer != null) {
            askAgainLater(answer);
        }
    }

    private void askAgainLater(CompletableFuture<@Nullable TermIndex> answer) {
        var unused = timer.schedule(
                () -> answer.completeExceptionally(new IOException("no installation yet, it is tried again")),
                RETRY_PAUSE.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /**
     * Installs while this node has no part in the group, from whoever gives, until it has succeeded. Only what differs is fetched.
     * Runs on a thread of its own; {@code then} runs on it too, before another installation can begin.
     *
     * @param limit how long to try
     * @return completes after {@code then}; fails with a {@link CancellationException} when stopped
     */
    synchronized CompletableFuture<Void> installClosed(
            Supplier<List<NodeAddress>> others, long indexMin, Duration limit, Finish then) {
        if (working != null) {
            return CompletableFuture.failedFuture(new IllegalStateException("an installation is running already"));
        }
        stopped = false;
        var finished = new CompletableFuture<Void>();
        var until = nanoTicker.getAsLong() + limit.toNanos();
        var thread = threads.newThread(() -> {
            Throwable failure = null;
            try {
                then.finish(installClosed(others, indexMin, until));
            } catch (IOException | RuntimeException | Error e) {
                failure = e;
            } finally {
                done();
            }
            if (failure == null) {
                finished.complete(null);
            } else {
                finished.completeExceptionally(failure);
            }
        });
        working = thread;
        thread.start();
        return finished;
    }

    /** What is to be done with the files in place, or, with null, without them. */
    interface Finish {
        void finish(@Nullable Fetched fetched) throws IOException;
    }

    private @Nullable Fetched installClosed(Supplier<List<NodeAddress>> others, long indexMin, long untilNanos) {
        while (true) {
            var fetched = attempt(others, LocalFiles.AT_REST, indexMin, position -> true);
            if (fetched != null) {
                catchUpIndex = fetched.redoUntil();
                return fetched;
            }
            if (nanoTicker.getAsLong() - untilNanos >= 0) {
                return null;
            }
            pause();
        }
    }

    private synchronized void pause() {
        var until = nanoTicker.getAsLong() + RETRY_PAUSE.toNanos();
        try {
            for (long left; !stopped && (left = until - nanoTicker.getAsLong()) > 0; ) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            throw new CancellationException("the installation was interrupted");
        }
    }

    /** While this replica goes through the log behind an installed state, the others have to keep it. */
    void catchUp(Behind part, long lastLogIndex) {
        if (catchUpIndex < 0) {
            return;
        }
        if (part.appliedIndex() >= catchUpIndex) {
            catchUpIndex = -1;
        } else if (nanoTicker.getAsLong() - lastHoldNanos >= HOLD_INTERVAL.toNanos()) {
            lastHoldNanos = nanoTicker.getAsLong();
            Fetch.holdLogs(peers, shard, self, part.others(), lastLogIndex);
        }
    }

    synchronized boolean running() {
        return working != null;
    }

    /** The node opens: installations are possible again. */
    synchronized void start() {
        stopped = false;
    }

    /** Ends the installation that runs, and waits for that unless called by itself; none begins before {@link #start}. */
    synchronized void stop() {
        stopped = true;
        notifyAll();
        if (fetching != null) {
            fetching.cancel();
        }
        if (working == Thread.currentThread()) {
            return;
        }
        var until = nanoTicker.getAsLong() + TimeUnit.SECONDS.toNanos(STOP_SECONDS_MAX);
        try {
            for (long left; working != null && (left = until - nanoTicker.getAsLong()) > 0; ) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (working != null) {
            LOG.warn("Shard {}: an installation takes longer than {} s to end", shard, STOP_SECONDS_MAX);
        }
    }
}
