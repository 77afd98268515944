/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Actions;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import io.quorummq.rest.action.Reply;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.server.model.Resource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one resource of the API: parses a request, checks its signature, finds its action by name, answers. */
public final class CmqResource {
    private static final Logger LOG = LoggerFactory.getLogger(CmqResource.class);

    private static final String JSON = "application/json;charset=utf-8";

    private final Actions actions;
    private final Authentication authentication;
    private final JsonAnswers answers;
    private final RequestMeters meters;
    private final LongPolls longPolls;

    CmqResource(
            Actions actions,
            Authentication authentication,
            JsonAnswers answers,
            RequestMeters meters,
            LongPolls longPolls) {
        this.actions = actions;
        this.authentication = authentication;
        this.answers = answers;
        this.meters = meters;
        this.longPolls = longPolls;
    }

    /** What Jersey is to know of this one object; annotations would describe a class, and Jersey makes many of one. */
    Resource model() {
        try {
            var model = Resource.builder("/");
            model.addMethod("GET")
                    .produces(JSON)
                    .suspended(AsyncResponse.NO_TIMEOUT, TimeUnit.MILLISECONDS)
                    .handledBy(this, getClass().getMethod("get", HttpServletRequest.class, AsyncResponse.class));
            model.addMethod("POST")
                    .produces(JSON)
                    .suspended(AsyncResponse.NO_TIMEOUT, TimeUnit.MILLISECONDS)
                    .handledBy(
                            this,
                            getClass().getMethod("post", byte[].class, HttpServletRequest.class, AsyncResponse.class));
            return model.build();
        } catch (NoSuchMethodException renamed) {
            throw new IllegalStateException("the resource's own method is gone", renamed);
        }
    }

    /** A request whose parameters are its query. */
    public void get(@Context HttpServletRequest http, @Suspended AsyncResponse response) {
        var request = (CmqRequest) http.getAttribute(CmqRequest.ATTRIBUTE);
        new Call(request, response).begin(request.query().getBytes(StandardCharsets.UTF_8), "query");
    }

    /** A request whose parameters are its body, whatever type it says to be of; its query is not looked at. */
    public void post(byte[] body, @Context HttpServletRequest http, @Suspended AsyncResponse response) {
        new Call((CmqRequest) http.getAttribute(CmqRequest.ATTRIBUTE), response).begin(body, "body");
    }

    /** One request on its way to its answer. */
    private final class Call implements Caller {
        private final long requestId = answers.nextRequestId();
        private final long begun = meters.now();
        private final CmqRequest request;
        private final AsyncResponse response;
        private @Nullable Action action;
        private long clientRequestId;

        Call(CmqRequest request, AsyncResponse response) {
            this.request = request;
            this.response = response;
        }

        void begin(byte[] form, String what) {
            try {
                // a stage of the broker completes on a pool thread that may write: one hand-over less
                perform(FormParser.parse(form, what)).whenComplete(this::end);
            } catch (CmqException | CancellationException refusal) {
                end(null, refusal);
            } catch (RuntimeException | Error bug) {
                end(null, bug);
            }
        }

        private CompletionStage<Reply> perform(Map<String, String> parameters) {
            var params = new Params(parameters);
            clientRequestId = params.unsignedLong("clientRequestId").orElse(0L);
            authentication.check(request, params);
            var named = actions.named(params.required("Action"));
            action = named;
            return named.perform(params, this);
        }

        @Override
        public String host() {
            return request.host();
        }

        @Override
        public void waitsFor(CompletableFuture<?> work) {
            longPolls.add(work, request.connection());
        }

        private void end(@Nullable Reply reply, @Nullable Throwable failure) {
            try {
                if (reply != null) {
                    answer(reply.outcome(), answers.reply(reply, requestId, clientRequestId));
                    return;
                }
            } catch (RuntimeException unwritable) {
                refuse(refusal(unwritable));
                return;
            }
            refuse(refusal(failure));
        }

        private void refuse(CmqException refusal) {
            answer(refusal.error(), answers.refusal(refusal, requestId, clientRequestId));
        }

        private void answer(CmqError outcome, byte[] json) {
            meters.count(action == null ? RequestMeters.NO_ACTION : action.name(), outcome.code(), begun);
            response.resume(json);
        }

        private CmqException refusal(@Nullable Throwable failure) {
            var cause = failure;
            while (cause instanceof CompletionException && cause.getCause() != null) {
                cause = cause.getCause();
            }
            if (cause instanceof CmqException refusal) {
                return refusal;
            }
            if (cause instanceof CancellationException) {
                // The caller has gone, or the server stops.
                return CmqError.NO_MESSAGE.exception();
            }
            LOG.error("request {} failed", requestId, cause);
            return action == null
                    ? CmqError.INTERNAL_ERROR.exception()
                    : action.failure().exception();
        }
    }
}
