/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import io.quorummq.rest.action.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Writes the JSON of answers: the members that every answer has, with the types that the published SDKs insist on. */
final class JsonAnswers {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int API_ERRORS_FROM = 4400;
    private static final int API_ERRORS_TO = 4999;

    private final AtomicLong lastRequestId;
    private final boolean gatewayErrors;

    JsonAnswers(RandomGenerator random, boolean gatewayErrors) {
        this.lastRequestId = new AtomicLong(random.nextLong(1_000_000_000_000_000L, 4_000_000_000_000_000_000L));
        this.gatewayErrors = gatewayErrors;
    }

    /** A number that no other request of this server has; random where it begins. */
    long nextRequestId() {
        return lastRequestId.incrementAndGet();
    }

    byte[] refusal(CmqException refusal, long requestId, long clientRequestId) {
        return write(
                refusal.error(), refusal.message(), new Reply(refusal.error(), json -> {}), requestId, clientRequestId);
    }

    byte[] reply(Reply reply, long requestId, long clientRequestId) {
        var outcome = reply.outcome();
        var message = outcome == CmqError.SUCCESS ? "" : outcome.exception().message();
        return write(outcome, message, reply, requestId, clientRequestId);
    }

    private byte[] write(CmqError outcome, String message, Reply reply, long requestId, long clientRequestId) {
        try (var bytes = new ByteArrayBuilder(256);
                var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (gatewayErrors && outcome.code() >= API_ERRORS_FROM && outcome.code() <= API_ERRORS_TO) {
                json.writeNumberField("code", CmqError.INVALID_PARAMETERS.code());
                json.writeStringField("message", "(" + outcome.code() + ") " + message);
            } else {
                json.writeNumberField("code", outcome.code());
                json.writeStringField("message", message);
            }
            if (outcome == CmqError.SUCCESS) {
                json.writeStringField("codeDesc", "Success");
            }
            json.writeStringField("requestId", Long.toString(requestId));
            json.writeFieldName("clientRequestId");
            json.writeNumber(Long.toUnsignedString(clientRequestId));
            reply.members().writeTo(json);
            json.writeEndObject();
            json.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("the answer to request " + requestId + " cannot be written as JSON", e);
        }
    }
}
