/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import io.quorummq.rest.action.Action;
import io.quorummq.rest.action.Actions;
import io.quorummq.rest.action.Params;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.server.model.Resource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one resource of the API: parses a request, checks its signature, finds its action by name, has it answered. */
public final class CmqResource {
    private static final Logger LOG = LoggerFactory.getLogger(CmqResource.class);

    private static final String JSON = "application/json;charset=utf-8";

    private final Actions actions;
    private final Authentication authentication;
    private final JsonAnswers answers;
    private final RequestMeters meters;
    private final Dispatcher dispatcher;

    CmqResource(
            Actions actions,
            Authentication authentication,
            JsonAnswers answers,
            RequestMeters meters,
            Dispatcher dispatcher) {
        this.actions = actions;
        this.authentication = authentication;
        this.answers = answers;
        this.meters = meters;
        this.dispatcher = dispatcher;
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
    private final class Call {
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
                perform(FormParser.parse(form, what)).whenComplete(this::end);
            } catch (RuntimeException | Error failure) {
                end(null, failure);
            }
        }

        private CompletionStage<Answer> perform(Map<String, String> parameters) {
            var params = new Params(parameters);
            clientRequestId = params.unsignedLong("clientRequestId").orElse(0L);
            authentication.check(request, params);
            var named = actions.named(params.required("Action"));
            action = named;
            var checked = new CheckedRequest(
                    requestId, clientRequestId, named.name(), parameters, request.host(), Duration.ZERO);
            return dispatcher.dispatch(named, checked, request.connection());
        }

        private void end(@Nullable Answer answer, @Nullable Throwable failure) {
            var answered = answer != null ? answer : refusal(Performer.unwrapped(failure));
            meters.count(action == null ? RequestMeters.NO_ACTION : action.name(), answered.code(), begun);
            response.resume(answered.json());
        }

        private Answer refusal(@Nullable Throwable cause) {
            CmqException refusal;
            if (cause instanceof CmqException refused) {
                refusal = refused;
            } else if (cause instanceof CancellationException) {
                // The caller has gone, or the server stops.
                refusal = CmqError.NO_MESSAGE.exception();
            } else {
                LOG.error("Request {} failed", requestId, cause);
                refusal = (action == null ? CmqError.INTERNAL_ERROR : action.failure()).exception();
            }
            return new Answer(refusal.error().code(), answers.refusal(refusal, requestId, clientRequestId));
        }
    }
}
