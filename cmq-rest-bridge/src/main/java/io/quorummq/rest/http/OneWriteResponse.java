/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Keeps what is written until the last write and sends it then, all at once: no thread ever waits for a client that
 * reads slowly, and a client that reads too slowly is cut off.
 */
final class OneWriteResponse extends Response.Wrapper {
    private static final int SMALL_BYTES = 1 << 16;

    private final Scheduler scheduler;
    private final long millisPerMegabyte;
    private ByteBuffer kept = BufferUtil.EMPTY_BUFFER;

    OneWriteResponse(Request request, Response response, Scheduler scheduler, long millisPerMegabyte) {
        super(request, response);
        this.scheduler = scheduler;
        this.millisPerMegabyte = millisPerMegabyte;
    }

    @Override
    public void write(boolean last, ByteBuffer content, Callback callback) {
        if (!last) {
            keep(content);
            callback.succeeded();
            return;
        }
        if (kept.hasRemaining()) {
            keep(content);
        } else if (content != null) {
            kept = content;
        }
        if (kept.remaining() > SMALL_BYTES) {
            var millis = millisPerMegabyte * (1 + kept.remaining() / 1_000_000);
            var endPoint = getRequest().getConnectionMetaData().getConnection().getEndPoint();
            var timeout = scheduler.schedule(
                    () -> endPoint.close(new TimeoutException("the answer was not read in time")),
                    millis,
                    TimeUnit.MILLISECONDS);
            super.write(true, kept, Callback.from(callback, timeout::cancel));
        } else {
            super.write(true, kept, callback);
        }
    }

    @Override
    public void reset() {
        kept = BufferUtil.EMPTY_BUFFER;
        super.reset();
    }

    /** Copies: the writer may use its buffer again. */
    private void keep(ByteBuffer content) {
        if (content != null && content.hasRemaining()) {
            var all = ByteBuffer.allocate(kept.remaining() + content.remaining());
            all.put(kept).put(content).flip();
            kept = all;
        }
    }
}
