/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.queue.DeadLetterPolicy;
import io.quorummq.core.queue.QueueAttributes;
import io.quorummq.core.queue.QueueRecord;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.persistence.config.PersistedKeyValuePair;

/** The CMQ attributes of queues, as key-value pairs of the bindings journal: on the same storage as the queues. */
final class QueueRecords {
    private static final String MAP = "quorummq.queue";
    private static final JsonFactory JSON = new JsonFactory();

    private final StorageManager storage;

    QueueRecords(StorageManager storage) {
        this.storage = storage;
    }

    /** What is stored of this queue, if CMQ ever touched it. */
    Optional<QueueRecord> find(QueueName name, String id) {
        var pair = storage.getPersistedKeyValuePairs(MAP).get(name.value());
        return Optional.ofNullable(pair).map(found -> decode(name, id, found.getValue()));
    }

    /** Stores the record; durable on return. */
    void store(QueueRecord queue) throws Exception {
        storage.storeKeyValuePair(new PersistedKeyValuePair(MAP, queue.name().value(), encode(queue)));
    }

    /** Deletes the record; durable on return. */
    void delete(QueueName name) throws Exception {
        storage.deleteKeyValuePair(MAP, name.value());
    }

    private static String encode(QueueRecord queue) throws IOException {
        var attributes = queue.attributes();
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("created", queue.created().getEpochSecond());
            json.writeNumberField("modified", queue.modified().getEpochSecond());
            json.writeNumberField("maxMessages", attributes.maxMessages());
            json.writeNumberField("pollingWait", attributes.pollingWait().toSeconds());
            json.writeNumberField(
                    "visibilityTimeout", attributes.visibilityTimeout().toSeconds());
            json.writeNumberField("maxMessageBytes", attributes.maxMessageBytes());
            json.writeNumberField("retention", attributes.retention().toSeconds());
            json.writeNumberField("rewind", attributes.rewind().toSeconds());
            if (attributes.deadLetterPolicy().isPresent()) {
                var policy = attributes.deadLetterPolicy().get();
                json.writeStringField("deadLetterQueue", policy.target().value());
                if (policy instanceof DeadLetterPolicy.ByReceiveCount byCount) {
                    json.writeNumberField("maxReceiveCount", byCount.maxReceiveCount());
                } else if (policy instanceof DeadLetterPolicy.ByAge byAge) {
                    json.writeNumberField("maxTimeToLive", byAge.maxTimeToLive().toSeconds());
                }
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    private static QueueRecord decode(QueueName name, String id, String text) {
        var fields = new HashMap<String, String>();
        try (var json = JSON.createParser(text)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME) {
                    var field = json.currentName();
                    json.nextToken();
                    fields.put(field, json.getText());
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the stored attributes of queue " + name + " cannot be read: " + text, e);
        }
        var attributes = new QueueAttributes(
                number(fields, "maxMessages"),
                seconds(fields, "pollingWait"),
                seconds(fields, "visibilityTimeout"),
                Math.toIntExact(number(fields, "maxMessageBytes")),
                seconds(fields, "retention"),
                seconds(fields, "rewind"),
                policy(fields));
        return new QueueRecord(
                name,
                id,
                attributes,
                true,
                Instant.ofEpochSecond(number(fields, "created")),
                Instant.ofEpochSecond(number(fields, "modified")));
    }

    private static Optional<DeadLetterPolicy> policy(Map<String, String> fields) {
        var target = fields.get("deadLetterQueue");
        if (target == null) {
            return Optional.empty();
        }
        return Optional.of(
                fields.containsKey("maxReceiveCount")
                        ? new DeadLetterPolicy.ByReceiveCount(
                                new QueueName(target), Math.toIntExact(number(fields, "maxReceiveCount")))
                        : new DeadLetterPolicy.ByAge(new QueueName(target), seconds(fields, "maxTimeToLive")));
    }

    private static Duration seconds(Map<String, String> fields, String key) {
        return Duration.ofSeconds(number(fields, key));
    }

    private static long number(Map<String, String> fields, String key) {
        var text = fields.get(key);
        if (text == null) {
            throw new IllegalStateException("stored queue attributes lack '" + key + "': " + fields);
        }
        return Long.parseLong(text);
    }
}
