/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body is here, with nothing in it that the layers behind could fail to parse: one fixed path, no query,
 * no header but the length. The request as it came is in the attribute {@link CmqRequest#ATTRIBUTE}.
 */
final class CleanRequest extends Request.Wrapper {
    private static final HttpURI URI = HttpURI.from("http://localhost/");

    private final HttpFields headers;
    private final byte[] body;
    private boolean read;

    CleanRequest(Request request, byte[] body) {
        super(request);
        this.body = body;
        this.headers =
                HttpFields.build().put(HttpHeader.CONTENT_LENGTH, body.length).asImmutable();
    }

    @Override
    public HttpURI getHttpURI() {
        return URI;
    }

    @Override
    public HttpFields getHeaders() {
        return headers;
    }

    @Override
    public long getLength() {
        return body.length;
    }

    @Override
    public Content.Chunk read() {
        if (read || body.length == 0) {
            return Content.Chunk.EOF;
        }
        read = true;
        return Content.Chunk.from(ByteBuffer.wrap(body), true);
    }

    @Override
    public void demand(Runnable demandCallback) {
        demandCallback.run();
    }

    @Override
    public @Nullable HttpFields getTrailers() {
        return null;
    }
}
