/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of one roll-back whose answer does not wait for them: Artemis rolls back AMQP transactions when all that they
 * stored is durable, and answers right after. So the thread that rolls back waits, once for all messages.
 */
final class GivenBack implements IOCompletion {
    private static final Logger LOG = LoggerFactory.getLogger(GivenBack.class);
    private static final long STORE_SECONDS_MAX = 20;

    private static final ThreadLocal<@Nullable GivenBack> OF_THIS_THREAD = new ThreadLocal<>();

    /** One more than are under way, until {@link #await()}. */
    private final AtomicInteger underWay = new AtomicInteger(1);

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable String failure;

    /** The records of the roll-back that this thread is doing. */
    static GivenBack ofThisThread() {
        var records = OF_THIS_THREAD.get();
        if (records == null) {
            records = new GivenBack();
            OF_THIS_THREAD.set(records);
        }
        return records;
    }

    /** Waits for the records of the roll-back that this thread ends, if there are any. */
    static void awaitThoseOfThisThread() {
        var records = OF_THIS_THREAD.get();
        if (records != null) {
            OF_THIS_THREAD.remove();
            records.await();
        }
    }

    @Override
    public void storeLineUp() {
        underWay.incrementAndGet();
    }

    @Override
    public void done() {
        if (underWay.decrementAndGet() == 0) {
            ended.countDown();
        }
    }

    @Override
    public void onError(int code, String message) {
        failure = message;
        done();
    }

    /** Returns when the records are durable, or may never be: then the engine ends, and so does the connection. */
    private void await() {
        done();
        try {
            if (!ended.await(STORE_SECONDS_MAX, TimeUnit.SECONDS)) {
                failure = "no answer within " + STORE_SECONDS_MAX + " s";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            LOG.warn("Counts of messages that were rolled back may be lost: {}", failure);
        }
    }
}
