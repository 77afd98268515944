/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.queue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.quorummq.core.CmqError;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.queue.DeadLetterPolicy;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** CMQ's dead-letter policy: a text that holds a JSON object, in requests and in answers. */
final class DeadLetterParams {
    static final String QUEUE = "deadLetterQueue";
    static final String POLICY = "policy";
    static final String COUNT = "maxReceiveCount";
    static final String AGE = "maxTimeToLive";
    static final List<String> NUMBERS = List.of(POLICY, COUNT, AGE);

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private DeadLetterParams() {}

    /** The policy that this text spells; 4000/10710 for anything but one JSON object. */
    static DeadLetterPolicy parse(String text) {
        try (var json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw CmqError.DEAD_LETTER_NOT_JSON.because("deadLetterPolicy", text);
            }
            var members = new HashMap<String, Object>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var name = json.currentName();
                json.nextToken();
                members.put(name, value(json));
                json.skipChildren();
            }
            if (json.nextToken() != null) {
                throw CmqError.DEAD_LETTER_NOT_JSON.because("deadLetterPolicy", text);
            }
            return policy(members);
        } catch (IOException notJson) {
            throw CmqError.DEAD_LETTER_NOT_JSON.because("deadLetterPolicy", text);
        }
    }

    /** The policy of these members: texts as strings, whole numbers as longs. */
    static DeadLetterPolicy policy(Map<String, Object> members) {
        if (!(members.get(QUEUE) instanceof String queue) || queue.isEmpty()) {
            throw CmqError.DEAD_LETTER_LACKS_QUEUE.because(QUEUE, members.getOrDefault(QUEUE, "missing"));
        }
        if (!(members.get(POLICY) instanceof Long policy) || (policy != 0 && policy != 1)) {
            throw CmqError.DEAD_LETTER_LACKS_POLICY.because(POLICY, members.getOrDefault(POLICY, "missing"));
        }
        if (!QueueName.isValid(queue)) {
            throw CmqError.DEAD_LETTER_QUEUE_NOT_FOUND.because(QUEUE, queue);
        }
        var target = new QueueName(queue);
        return policy == 0
                ? new DeadLetterPolicy.ByReceiveCount(target, number(members, COUNT))
                : new DeadLetterPolicy.ByAge(target, Duration.ofSeconds(number(members, AGE)));
    }

    /** The policy as CMQ answers it: with the id of the dead-letter queue. */
    static String toJson(DeadLetterPolicy policy, String targetId) {
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField(QUEUE, targetId);
            if (policy instanceof DeadLetterPolicy.ByReceiveCount count) {
                json.writeNumberField(POLICY, 0);
                json.writeNumberField(COUNT, count.maxReceiveCount());
            } else if (policy instanceof DeadLetterPolicy.ByAge age) {
                json.writeNumberField(POLICY, 1);
                json.writeNumberField(AGE, age.maxTimeToLive().toSeconds());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    /** What an array, an object, null or a fraction is, no member of a policy can be. */
    private static Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT ->
                json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? json.getText() + " as a number"
                        : (Object) json.getLongValue();
            default -> json.currentToken();
        };
    }

    private static int number(Map<String, Object> members, String name) {
        if (members.get(name) instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw CmqError.DEAD_LETTER_PARAMETERS.because(name, members.getOrDefault(name, "missing"));
    }
}
