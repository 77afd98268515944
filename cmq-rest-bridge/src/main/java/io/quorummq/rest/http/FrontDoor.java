/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Takes requests in and lets answers out without a thread that waits for the network: a request goes on to the resource
 * when its body is complete, and an answer leaves in one write. Refuses what cannot be a request of the API.
 */
final class FrontDoor extends Handler.Wrapper {
    private static final Set<String> PATHS = Set.of("/", "/v2/index.php", "/v2/index.php/v2/index.php");
    private static final HttpField JSON =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json;charset=utf-8");
    private static final HttpField CLOSE = new PreEncodedHttpField(HttpHeader.CONNECTION, "close");
    private static final byte[] NO_BODY = {};

    private final JsonAnswers answers;
    private final RequestBody.Bounds bounds;
    private final long millisPerMegabyte;
    private final Scheduler scheduler;
    private final InFlight inFlight;

    FrontDoor(JsonAnswers answers, RestSettings settings, InFlight inFlight, Scheduler scheduler) {
        this.inFlight = inFlight;
        this.answers = answers;
        this.bounds = new RequestBody.Bounds(settings);
        this.millisPerMegabyte = settings.requestTimeout().toMillis();
        this.scheduler = scheduler;
    }

    /** From now on connections close with their answers; completes when no request is being worked on. */
    CompletableFuture<Void> drain() {
        return inFlight.drain();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        inFlight.began();
        var connection =
                CmqEndPoint.of(request.getConnectionMetaData().getConnection().getEndPoint());
        connection.requestBegan();
        // Before the callback: after it the next request may come in at once.
        var done = Callback.from(connection::requestEnded, Callback.from(callback, inFlight::ended));
        if (inFlight.isDraining()) {
            response.getHeaders().put(CLOSE);
        }
        var path = request.getHttpURI().getPath();
        var method = request.getMethod();
        var encoding = request.getHeaders().get(HttpHeader.CONTENT_ENCODING);
        if (path == null || !PATHS.contains(path)) {
            Response.writeError(request, response, done, 404);
        } else if (!"GET".equals(method) && !"POST".equals(method)) {
            refuseUnread(response, done, CmqError.HTTP_METHOD.naming(method));
        } else if (encoding != null) {
            refuseUnread(response, done, CmqError.CANNOT_PARSE.because("body", encoding, "no Content-Encoding"));
        } else {
            request.setAttribute(CmqRequest.ATTRIBUTE, asItCame(request, path, connection));
            if ("GET".equals(method)) {
                pass(request, NO_BODY, response, done);
            } else {
                readBody(request, response, done);
            }
        }
        return true;
    }

    private static CmqRequest asItCame(Request request, String path, ClientConnection connection) {
        var host = request.getHeaders().get(HttpHeader.HOST);
        var query = request.getHttpURI().getQuery();
        return new CmqRequest(
                request.getMethod(), host == null ? "" : host, path, query == null ? "" : query, connection);
    }

    private void readBody(Request request, Response response, Callback callback) {
        var body = RequestBody.read(request, bounds, scheduler);
        var done = Callback.from(callback, body::release);
        CompletionStage<byte[]> whole = body;
        whole.whenComplete((bytes, failure) -> {
            if (failure == null) {
                pass(request, bytes, response, done);
            } else if (failure instanceof CmqException refusal) {
                refuseUnread(response, done, refusal);
            } else {
                done.failed(failure);
            }
        });
    }

    private void pass(Request request, byte[] body, Response response, Callback callback) {
        var clean = new CleanRequest(request, body);
        try {
            if (!super.handle(clean, new OneWriteResponse(clean, response, scheduler, millisPerMegabyte), callback)) {
                Response.writeError(request, response, callback, 404);
            }
        } catch (Exception | Error bug) {
            Response.writeError(request, response, callback, bug);
        }
    }

    /** Answers without having read the body to its end, so that the connection ends with the answer. */
    private void refuseUnread(Response response, Callback callback, CmqException refusal) {
        response.setStatus(200);
        response.getHeaders().put(CLOSE).put(JSON);
        response.write(true, ByteBuffer.wrap(answers.refusal(refusal, answers.nextRequestId(), 0)), callback);
    }
}
