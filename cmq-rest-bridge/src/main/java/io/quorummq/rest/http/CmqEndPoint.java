/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A socket that can be watched for its client's closing it while nobody reads. The server itself reads a connection
 * only between requests, and so does not notice a client that leaves while its request waits.
 *
 * <p>What such a look finds beside the end of the stream, a pipelined request or the closing of TLS, is kept and read
 * first later; the watch ends when that fills a small buffer.
 */
final class CmqEndPoint extends SocketChannelEndPoint implements ClientConnection {
    private static final int READ_AHEAD_BYTES = 1024;

    private final Executor executor;
    private final long headMillisMax;
    private boolean inRequest;
    private boolean headBegan;
    private long headBeganAt;
    private @Nullable Runnable whenClosed;
    private @Nullable ByteBuffer readAhead;
    private boolean ended;

    CmqEndPoint(
            SocketChannel channel,
            ManagedSelector selector,
            SelectionKey key,
            Scheduler scheduler,
            Executor executor,
            long headMillisMax) {
        super(channel, selector, key, scheduler);
        this.executor = executor;
        this.headMillisMax = headMillisMax;
    }

    /** The socket under a connection, under its TLS layer if it has one. */
    static CmqEndPoint of(EndPoint endPoint) {
        var inner = endPoint;
        while (inner instanceof EndPoint.Wrapper wrapper) {
            inner = wrapper.unwrap();
        }
        return (CmqEndPoint) inner;
    }

    /** The line and the headers of a request have come in. */
    synchronized void requestBegan() {
        inRequest = true;
        headBegan = false;
    }

    /** The request is answered: what comes now is the next one. */
    synchronized void requestEnded() {
        inRequest = false;
    }

    @Override
    public void watch(Runnable task) {
        synchronized (this) {
            if (!ended && isOpen()) {
                whenClosed = task;
            }
        }
        if (isWatched()) {
            super.needsFillInterest();
        } else {
            executor.execute(task);
        }
    }

    @Override
    public synchronized void stopWatching(Runnable task) {
        if (whenClosed == task) {
            whenClosed = null;
        }
    }

    /** On the selector's thread, when the socket has become readable: nobody else reads while this is watched. */
    @Override
    public @Nullable Runnable onSelected() {
        var task = super.onSelected();
        if (isWatched() && !isFillInterested()) {
            var closed = lookAhead();
            if (closed != null) {
                executor.execute(closed);
            } else if (isWatched()) {
                super.needsFillInterest();
            }
        }
        return task;
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        synchronized (this) {
            if (readAhead != null) {
                var kept = readAhead;
                var filled = BufferUtil.append(buffer, kept);
                if (!kept.hasRemaining()) {
                    readAhead = null;
                }
                return filled;
            }
            var filled = super.fill(buffer);
            if (filled > 0 && !inRequest) {
                refuseSlowHead();
            }
            return filled;
        }
    }

    @Override
    protected void needsFillInterest() {
        synchronized (this) {
            if (readAhead == null) {
                super.needsFillInterest();
                return;
            }
        }
        executor.execute(() -> getFillInterest().fillable());
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        Runnable task;
        synchronized (this) {
            task = whenClosed;
            whenClosed = null;
            ended = true;
        }
        super.onClose(cause);
        if (task != null) {
            executor.execute(task);
        }
    }

    /** A byte now and then keeps the idle timeout away, and each of them comes by here. */
    private void refuseSlowHead() throws IOException {
        if (!headBegan) {
            headBegan = true;
            headBeganAt = NanoTime.now();
        } else if (NanoTime.millisSince(headBeganAt) > headMillisMax) {
            throw new EofException("the headers did not come within " + headMillisMax + " ms");
        }
    }

    private synchronized boolean isWatched() {
        return whenClosed != null;
    }

    /** What to run because the client has closed, if it has. */
    private synchronized @Nullable Runnable lookAhead() {
        var task = whenClosed;
        if (task == null) {
            return null;
        }
        var buffer = readAhead == null ? BufferUtil.allocate(READ_AHEAD_BYTES) : readAhead;
        int filled;
        try {
            filled = super.fill(buffer);
        } catch (IOException broken) {
            filled = -1;
        }
        if (filled < 0) {
            ended = true;
            whenClosed = null;
            return task;
        }
        if (buffer.hasRemaining()) {
            readAhead = buffer;
        }
        if (BufferUtil.space(buffer) == 0) {
            whenClosed = null;
        }
        return null;
    }
}
