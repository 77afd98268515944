/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes and gives up the office: at most once in a term, and always fenced before it is given away.
 *
 * <p>News from Raft fence at once, on Raft's thread; everything that takes time happens on one thread of its own, in turn. An
 * office that failed, or whose hand-over failed, is never taken up again: the node steps down and the next one has a new term.
 */
public final class Leadership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final Duration STEP_DOWN_WAIT_MAX = Duration.ofSeconds(5);
    private static final Duration PASS_ON_WAIT_MAX = Duration.ofSeconds(2);
    private static final Duration DRAIN_WAIT_MAX = Duration.ofSeconds(5);
    private static final Duration CLOSE_WAIT_MAX = Duration.ofSeconds(30);

    private final String shard;
    private final UUID self;
    private final Ballot ballot;
    private final Officeholder holder;
    private final BiFunction<Long, Consumer<FencedException>, LogWriter> writers;
    private final ExecutorService events;

    private long lastReadyTerm;
    private long lastLostTerm;
    private boolean closed;
    private @Nullable Office current;

    /** @param writers makes the writer of a term, not yet started, telling the consumer when it is fenced */
    Leadership(
            String shard,
            UUID self,
            Ballot ballot,
            Officeholder holder,
            BiFunction<Long, Consumer<FencedException>, LogWriter> writers) {
        this.shard = shard;
        this.self = self;
        this.ballot = ballot;
        this.holder = holder;
        this.writers = writers;
        events = Executors.newSingleThreadExecutor(task -> {
            var thread = new Thread(task, "leadership-" + shard);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The office this node holds and may write in; empty on a follower, and as soon as the log is fenced. */
    public synchronized Optional<Office> office() {
        return Optional.ofNullable(current)
                .filter(Office::isTaken)
                .filter(office -> !office.log().isFenced());
    }

    /**
     * Stops serving, fences, and has the other member elected. Completes when it leads; otherwise exceptionally, and then this
     * node has stepped down and any member may be elected next, this one included.
     */
    public CompletableFuture<Void> handOver(UUID successor, Duration limit) {
        if (successor.equals(self)) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "shard " + shard + " cannot be handed over to the node that leads it"));
        }
        return onEvents(office -> {
            vacate(office);
            try {
                ballot.transfer(successor, limit).get(limit.toMillis() * 2, TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn(
                        "Shard {}: handing term {} over to {} failed, stepping down",
                        shard,
                        office.term(),
                        successor,
                        e);
                stepDown(office.term());
                throw e;
            }
        });
    }

    /** Stops serving, fences, and gives the office up, to another member if one answers. */
    public CompletableFuture<Void> resign() {
        return onEvents(office -> {
            vacate(office);
            passOn(office.term());
        });
    }

    /** Raft: this node leads and has applied everything of earlier terms. */
    void onReady(long term) {
        synchronized (this) {
            if (closed || term <= lastReadyTerm || term <= lastLostTerm) {
                LOG.info("Shard {}: not taking office in term {}, it is over or was taken before", shard, term);
                return;
            }
            lastReadyTerm = term;
            if (current != null) {
                current.log().fence("this node leads in term " + term);
            }
            current = new Office(term, writers, this::onFenced);
            current.log().start();
        }
        enqueue(() -> take(term));
    }

    /** Raft: this node does not lead any more in this term. Never blocks. */
    void onLost(long term) {
        Office lost;
        synchronized (this) {
            lastLostTerm = Math.max(lastLostTerm, term);
            lost = current;
        }
        if (lost != null && lost.term() <= term) {
            lost.log().fence("this node does not lead any more in term " + term);
        }
    }

    /** Asks again for a step-down that did not happen: a leader that is fenced serves nobody. To be called now and then. */
    void stepDownIfStuck() {
        Office stuck;
        synchronized (this) {
            stuck = current;
        }
        if (stuck != null && stuck.log().isFenced() && ballot.leads(stuck.term())) {
            enqueue(() -> passOn(stuck.term()));
        }
    }

    /** Fences and stops serving, without asking Raft for anything: what holds this node's division is being closed. */
    @Override
    public void close() {
        Office last;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            last = current;
        }
        if (last != null) {
            last.log().fence("this node is closing");
        }
        events.shutdown();
        try {
            if (!events.awaitTermination(CLOSE_WAIT_MAX.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("Shard {}: leaving office takes longer than {}", shard, CLOSE_WAIT_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(long term) {
        var office = currentIn(term);
        if (office == null || office.log().isFenced()) {
            return;
        }
        LOG.info("Shard {}: taking office in term {}", shard, term);
        try {
            holder.takeOffice(office);
            setTaken(office, true);
        } catch (Exception e) {
            LOG.warn("Shard {}: could not take office in term {}", shard, term, e);
            office.log().fence("taking office in term " + term + " failed: " + e);
        }
    }

    /** On whatever thread noticed; the rest follows on ours, after a take that may be running. */
    private void onFenced(Office office, FencedException reason) {
        LOG.info("Shard {}: fenced in term {}: {}", shard, office.term(), reason.getMessage());
        enqueue(() -> leave(office));
    }

    private void leave(Office office) {
        if (office.isTaken()) {
            setTaken(office, false);
            try {
                holder.loseOffice(office);
            } catch (Exception e) {
                LOG.error("Shard {}: leaving office of term {} failed", shard, office.term(), e);
            }
        }
        passOn(office.term());
    }

    private void vacate(Office office) throws InterruptedException {
        LOG.info("Shard {}: giving up office of term {}", shard, office.term());
        setTaken(office, false);
        try {
            holder.handOver(office);
            office.log().barrier().get(DRAIN_WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.warn("Shard {}: office of term {} was not left cleanly", shard, office.term(), e);
        } finally {
            office.log().fence("the office of term " + office.term() + " is given up");
        }
        if (!office.log().awaitStopped(DRAIN_WAIT_MAX.toNanos())) {
            LOG.warn("Shard {}: a submission of term {} is still under way", shard, office.term());
        }
    }

    /**
     * Has another member elected rather than nobody: a follower's patience begins anew with each heartbeat and is checked only
     * when it has slept it out, so the node that steps down without a successor is nearly always the first to stand again.
     */
    private void passOn(long term) {
        if (ballot.leads(term)) {
            ballot.successor()
                    .ifPresent(successor -> await(
                            ballot.transfer(successor, PASS_ON_WAIT_MAX),
                            PASS_ON_WAIT_MAX.multipliedBy(2),
                            "passing term " + term + " on to " + successor));
        }
        stepDown(term);
    }

    private void stepDown(long term) {
        if (ballot.leads(term)) {
            await(ballot.stepDown(term), STEP_DOWN_WAIT_MAX, "stepping down from term " + term);
        }
    }

    private void await(CompletableFuture<Void> step, Duration limit, String what) {
        try {
            step.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Shard {}: {} failed, the next way is tried", shard, what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletableFuture<Void> onEvents(GivingUp step) {
        var done = new CompletableFuture<Void>();
        var accepted = enqueue(() -> {
            var office = office();
            if (office.isEmpty()) {
                done.completeExceptionally(new IllegalStateException("this node does not lead shard " + shard));
                return;
            }
            try {
                step.giveUp(office.get());
                done.complete(null);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                done.completeExceptionally(e);
            } catch (ExecutionException e) {
                done.completeExceptionally(e.getCause() == null ? e : e.getCause());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        if (!accepted) {
            done.completeExceptionally(new IllegalStateException("shard " + shard + " is closed on this node"));
        }
        return done;
    }

    private boolean enqueue(Runnable event) {
        try {
            events.execute(() -> {
                try {
                    event.run();
                } catch (RuntimeException | Error e) {
                    LOG.error("Shard {}: a change of leadership failed", shard, e);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("Shard {}: closed, event dropped", shard, e);
            return false;
        }
    }

    private synchronized @Nullable Office currentIn(long term) {
        return current != null && current.term() == term ? current : null;
    }

    private synchronized void setTaken(Office office, boolean taken) {
        office.setTaken(taken);
    }

    private interface GivingUp {
        void giveUp(Office office) throws Exception;
    }
}
