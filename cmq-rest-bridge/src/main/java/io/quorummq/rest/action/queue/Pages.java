/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action.queue;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quorummq.core.CmqError;
import io.quorummq.core.queue.QueuePage;
import io.quorummq.rest.action.Params;
import java.io.IOException;

/** Lists of queues as CMQ pages them: searchWord, offset and limit in, totalCount and queueList out. */
final class Pages {
    private Pages() {}

    static QueuePage.Query query(Params params) {
        var offset = params.integer("offset");
        var limit = params.integer("limit");
        if (offset.isPresent() && limit.isEmpty()) {
            throw CmqError.MISSING_PARAMETER.naming("limit");
        }
        return QueuePage.Query.of(params.text("searchWord").orElse(""), offset, limit);
    }

    static void write(QueuePage page, JsonGenerator json) throws IOException {
        json.writeNumberField("totalCount", page.total());
        json.writeArrayFieldStart("queueList");
        for (var queue : page.queues()) {
            json.writeStartObject();
            json.writeStringField("queueId", queue.id());
            json.writeStringField("queueName", queue.name().value());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
