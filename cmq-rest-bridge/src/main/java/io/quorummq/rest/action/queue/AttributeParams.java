/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.queue;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quorummq.core.CmqError;
import io.quorummq.core.queue.Attribute;
import io.quorummq.core.queue.AttributeChanges;
import io.quorummq.core.queue.CmqQueue;
import io.quorummq.rest.action.Params;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Attributes of a queue as parameters of a request and as members of an answer. */
final class AttributeParams {
    private AttributeParams() {}

    /** What the caller gave of the attributes; the dead-letter policy as JSON or as flat parameters, not as both. */
    static AttributeChanges changes(Params params) {
        var changes = AttributeChanges.none();
        for (var attribute : Attribute.values()) {
            var value = params.integer(attribute.parameter());
            if (value.isPresent()) {
                changes = changes.with(attribute, value.getAsInt());
            }
        }
        var flat = flatPolicy(params);
        var json = params.text("deadLetterPolicy");
        if (json.isPresent() && !flat.isEmpty()) {
            throw CmqError.DEAD_LETTER_PARAMETERS.because(
                    "deadLetterPolicy", json.get(), "either this or " + flat.keySet());
        }
        if (json.isPresent()) {
            changes = changes.with(DeadLetterParams.parse(json.get()));
        } else if (!flat.isEmpty()) {
            changes = changes.with(DeadLetterParams.policy(flat));
        }
        return changes;
    }

    /** The settings and times of a queue, its policy included. */
    static void write(CmqQueue cmqQueue, JsonGenerator json) throws IOException {
        var queue = cmqQueue.queue();
        json.writeStringField("queueName", queue.name().value());
        json.writeStringField("queueId", queue.id());
        for (var attribute : Attribute.values()) {
            json.writeNumberField(attribute.parameter(), attribute.of(queue.attributes()));
        }
        json.writeNumberField("createTime", queue.created().getEpochSecond());
        json.writeNumberField("lastModifyTime", queue.modified().getEpochSecond());
        var policy = queue.attributes().deadLetterPolicy();
        if (policy.isPresent()) {
            var target = cmqQueue.deadLetterQueueId().orElseThrow();
            json.writeStringField("deadLetterPolicy", DeadLetterParams.toJson(policy.get(), target));
        }
    }

    private static Map<String, Object> flatPolicy(Params params) {
        var members = new HashMap<String, Object>();
        params.text("deadLetterQueueName").ifPresent(name -> members.put(DeadLetterParams.QUEUE, name));
        for (var number : DeadLetterParams.NUMBERS) {
            params.integer(number).ifPresent(value -> members.put(number, (long) value));
        }
        return members;
    }
}
