/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of one request without blocking, bounded in size, in time, and in memory together with all others. A
 * body that is a little too large is read to its end and thrown away, because a client that is still sending would not
 * see the answer.
 */
final class RequestBody extends CompletableFuture<byte[]> implements Runnable {
    private static final int FIRST_BYTES = 4096;

    private final Request request;
    private final Bounds bounds;
    private final Scheduler scheduler;
    private byte[] bytes = {};
    private int length;
    private long discarded;
    private long reserved;
    private Scheduler.@Nullable Task timeout;

    private RequestBody(Request request, Bounds bounds, Scheduler scheduler) {
        this.request = request;
        this.bounds = bounds;
        this.scheduler = scheduler;
    }

    /**
     * Completes with the whole body, or fails: with {@link CmqException} when it is too large (4000/10420) or there is
     * no memory for it now (4480/10460), else with what the connection suffered.
     */
    static RequestBody read(Request request, Bounds bounds, Scheduler scheduler) {
        var body = new RequestBody(request, bounds, scheduler);
        body.begin();
        return body;
    }

    /** Gives back the memory; to be called once the body is no longer needed. */
    void release() {
        bounds.reservedBytes.addAndGet(-reserved);
        reserved = 0;
    }

    private void begin() {
        var announced = request.getLength();
        if (announced > (long) bounds.bodyBytes + bounds.discardedBytes) {
            completeExceptionally(tooLarge());
        } else if (announced > bounds.bodyBytes || reserve((int) Math.max(announced, 0))) {
            run();
        }
    }

    @Override
    public void run() {
        while (true) {
            var chunk = request.read();
            if (chunk == null) {
                startTimeout();
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                end();
                completeExceptionally(chunk.getFailure());
                return;
            }
            var goesOn = take(chunk.getByteBuffer());
            var last = chunk.isLast();
            chunk.release();
            if (!goesOn) {
                end();
                return;
            }
            if (last) {
                end();
                finish();
                return;
            }
        }
    }

    /** Whether reading goes on. */
    private boolean take(ByteBuffer content) {
        var more = content.remaining();
        if (discarded > 0 || more > bounds.bodyBytes - length) {
            discarded += more;
            bytes = new byte[0];
            if (discarded > bounds.discardedBytes) {
                completeExceptionally(tooLarge());
                return false;
            }
            return true;
        }
        if (more > bytes.length - length && !reserve(Math.max(length + more, Math.max(FIRST_BYTES, 2 * length)))) {
            return false;
        }
        content.get(bytes, length, more);
        length += more;
        return true;
    }

    private boolean reserve(int size) {
        var more = size - bytes.length;
        if (bounds.reservedBytes.addAndGet(more) > bounds.allBodiesBytes) {
            bounds.reservedBytes.addAndGet(-more);
            completeExceptionally(CmqError.INTERFACE_FREQUENCY.naming("too many large requests at once"));
            return false;
        }
        reserved += more;
        bytes = Arrays.copyOf(bytes, size);
        return true;
    }

    private void finish() {
        if (discarded > 0) {
            completeExceptionally(tooLarge());
        } else {
            complete(bytes.length == length ? bytes : Arrays.copyOf(bytes, length));
        }
    }

    private CmqException tooLarge() {
        var size = request.getLength() >= 0 ? request.getLength() : length + discarded;
        return CmqError.CANNOT_PARSE.because("body", size + " bytes", "at most " + bounds.bodyBytes);
    }

    private void startTimeout() {
        if (timeout == null) {
            var endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
            timeout = scheduler.schedule(
                    () -> endPoint.close(new TimeoutException("the body did not come in time")),
                    bounds.timeoutMillis,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void end() {
        if (timeout != null) {
            timeout.cancel();
        }
    }

    /** What binds all bodies of a server. */
    static final class Bounds {
        private final int bodyBytes;
        private final long discardedBytes;
        private final long allBodiesBytes;
        private final long timeoutMillis;
        private final AtomicLong reservedBytes = new AtomicLong();

        Bounds(RestSettings settings) {
            this.bodyBytes = settings.maxRequestBytes();
            this.discardedBytes = 8L * settings.maxRequestBytes();
            this.allBodiesBytes = settings.maxBodyMemoryBytes();
            this.timeoutMillis = settings.requestTimeout().toMillis();
        }
    }
}
