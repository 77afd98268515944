/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.message;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import io.quorummq.core.message.DeduplicationId;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.ReceiptHandle;
import io.quorummq.core.queue.Attribute;
import io.quorummq.core.queue.CmqQueue;
import io.quorummq.rest.action.Caller;
import io.quorummq.rest.action.Params;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Messages and handles as parameters of a request and as members of an answer. */
final class MessageParams {
    private static final int HANDLE_LENGTH_MAX = 256;
    private static final String DEDUPLICATION_ID = "deduplicationId";

    private MessageParams() {}

    /** The body of a single message: 4000/10120 when it came empty, 4000/10390 when it did not come at all. */
    static String body(Params params) {
        if (params.isEmpty("msgBody")) {
            throw CmqError.EMPTY_BODY.exception();
        }
        return params.required("msgBody");
    }

    /** How long a message is to stay invisible; the upper end is the queue's business. */
    static Duration delay(Params params) {
        var seconds = params.longInteger("delaySeconds").orElse(0);
        if (seconds < 0) {
            throw CmqError.DELAY_OUT_OF_RANGE.because("delaySeconds", seconds, "0 or more");
        }
        return Duration.ofSeconds(seconds);
    }

    /** Sends; once under the same {@code deduplicationId}, if the caller gave one. */
    static CompletionStage<List<MessageId>> send(CmqQueue queue, List<NewMessage> messages, Params params) {
        var id = deduplicationId(params);
        return id.isPresent() ? queue.sendOnce(messages, id.get()) : queue.send(messages);
    }

    /** One for the whole request; what looks as if it were meant for one message of a batch is not passed over. */
    private static Optional<DeduplicationId> deduplicationId(Params params) {
        if (params.all().keySet().stream().anyMatch(name -> name.startsWith(DEDUPLICATION_ID + "."))) {
            throw CmqError.NOT_REPEATABLE.naming(DEDUPLICATION_ID);
        }
        if (params.isEmpty(DEDUPLICATION_ID)) {
            throw deduplicationIdRefused("");
        }
        return params.text(DEDUPLICATION_ID).map(text -> {
            if (!DeduplicationId.isValid(text)) {
                throw deduplicationIdRefused(text);
            }
            return new DeduplicationId(text);
        });
    }

    private static CmqException deduplicationIdRefused(String text) {
        return CmqError.OUT_OF_RANGE.because(
                DEDUPLICATION_ID, text, "1 to " + DeduplicationId.LENGTH_MAX + " visible ASCII characters");
    }

    /** How long a receive may wait as far as its parameters tell: the queue may say less, and a bad value is refused later. */
    static Duration pollingTime(Params params) {
        try {
            var given = params.integer(Attribute.POLLING_WAIT.parameter()).orElse((int) Attribute.POLLING_WAIT.max());
            return Duration.ofSeconds(Math.max(0, Math.min(given, Attribute.POLLING_WAIT.max())));
        } catch (CmqException refusedLater) {
            return Duration.ZERO;
        }
    }

    /** Receives for a caller who may wait; refuses with 7000/10200 when nothing came. */
    static CompletionStage<List<Delivery>> receive(CmqQueue queue, int most, Params params, Caller caller) {
        var given = params.integer(Attribute.POLLING_WAIT.parameter());
        if (given.isPresent()
                && (given.getAsInt() < Attribute.POLLING_WAIT.min()
                        || given.getAsInt() > Attribute.POLLING_WAIT.max())) {
            throw CmqError.OUT_OF_RANGE.because(
                    Attribute.POLLING_WAIT.parameter(),
                    given.getAsInt(),
                    Attribute.POLLING_WAIT.min() + " to " + Attribute.POLLING_WAIT.max());
        }
        var whole = given.isPresent() ? Duration.ofSeconds(given.getAsInt()) : queue.pollingWait();
        var wait = whole.compareTo(caller.waited()) > 0 ? whole.minus(caller.waited()) : Duration.ZERO;
        var received = queue.receive(most, wait);
        if (!received.isDone() && !wait.isZero()) {
            caller.waitsFor(received, wait);
        }
        return received.thenApply(messages -> {
            if (messages.isEmpty()) {
                throw CmqError.NO_MESSAGE.exception();
            }
            return messages;
        });
    }

    /** The handle that a text spells, if one of ours can look like it; 4000/10470 for what no handle of CMQ's can be. */
    static Optional<ReceiptHandle> handle(String text) {
        if (text.isEmpty()
                || text.length() > HANDLE_LENGTH_MAX
                || !text.chars().allMatch(MessageParams::mayBeInHandle)) {
            throw CmqError.RECEIPT_HANDLE_FORMAT.because("receiptHandle", text);
        }
        return ReceiptHandle.parse(text);
    }

    static void write(Delivery message, JsonGenerator json) throws IOException {
        json.writeStringField("msgBody", wellFormed(message.body()));
        if (message.isBase64()) {
            json.writeStringField("msgBodyEncoding", "base64");
        }
        json.writeStringField("msgId", message.id().toString());
        json.writeStringField("receiptHandle", message.handle().toString());
        json.writeNumberField("enqueueTime", message.enqueued().getEpochSecond());
        json.writeNumberField("firstDequeueTime", message.firstReceived().getEpochSecond());
        json.writeNumberField("nextVisibleTime", message.visibleAgain().getEpochSecond());
        json.writeNumberField("dequeueCount", message.receiveCount());
    }

    /** A JMS text may hold half a surrogate pair, which no UTF-8 can: it is received as U+FFFD rather than never. */
    private static String wellFormed(String body) {
        for (var i = 0; i < body.length(); i++) {
            if (Character.isSurrogate(body.charAt(i))) {
                return body.codePoints()
                        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return body;
    }

    /** The characters that the published SDKs allow in a handle. */
    private static boolean mayBeInHandle(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "%#:_-".indexOf(c) >= 0;
    }
}
