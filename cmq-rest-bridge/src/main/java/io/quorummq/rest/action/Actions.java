/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action;

import io.quorummq.core.CmqError;
import io.quorummq.core.queue.Queues;
import io.quorummq.rest.action.message.BatchDeleteMessage;
import io.quorummq.rest.action.message.BatchReceiveMessage;
import io.quorummq.rest.action.message.BatchSendMessage;
import io.quorummq.rest.action.message.DeleteMessage;
import io.quorummq.rest.action.message.ReceiveMessage;
import io.quorummq.rest.action.message.SendMessage;
import io.quorummq.rest.action.queue.ClearQueue;
import io.quorummq.rest.action.queue.CreateQueue;
import io.quorummq.rest.action.queue.DeleteQueue;
import io.quorummq.rest.action.queue.GetQueueAttributes;
import io.quorummq.rest.action.queue.ListDeadLetterSourceQueues;
import io.quorummq.rest.action.queue.ListQueue;
import io.quorummq.rest.action.queue.QueryQueueRoute;
import io.quorummq.rest.action.queue.SetQueueAttributes;
import io.quorummq.rest.action.queue.UnbindDeadLetterQueue;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The one list of all CMQ actions that this server knows. */
public final class Actions {
    private final Map<String, Action> byName;

    /** @param advertisedAddresses what QueryQueueRoute answers; empty: wherever the caller reached us */
    public Actions(Queues queues, List<String> advertisedAddresses) {
        var all = List.of(
                new CreateQueue(queues),
                new ListQueue(queues),
                new GetQueueAttributes(queues),
                new SetQueueAttributes(queues),
                new DeleteQueue(queues),
                new ClearQueue(queues),
                new QueryQueueRoute(queues, advertisedAddresses),
                new UnbindDeadLetterQueue(queues),
                new ListDeadLetterSourceQueues(queues),
                new SendMessage(queues),
                new BatchSendMessage(queues),
                new ReceiveMessage(queues),
                new BatchReceiveMessage(queues),
                new DeleteMessage(queues),
                new BatchDeleteMessage(queues));
        byName =
                all.stream().collect(Collectors.toUnmodifiableMap(action -> lower(action.name()), Function.identity()));
    }

    /** The action of this name, whatever its case; refuses with 4000/10430 when there is none. */
    public Action named(String name) {
        var action = byName.get(lower(name));
        if (action == null) {
            throw CmqError.UNKNOWN_ACTION.naming(name);
        }
        return action;
    }

    /** The names of all actions. */
    public List<String> names() {
        return byName.values().stream().map(Action::name).sorted().toList();
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
