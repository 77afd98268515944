/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import io.quorummq.cmqclient.CmqClient;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;

/** One call that sends a message, or a batch of them, of one producer. */
record CmqSend(int producer, long firstNumber, int messages, long due) {
    /** Sends; what the server confirms is told to the load before the future completes. */
    CompletableFuture<?> by(CmqClient client, Load load) {
        var queue = load.settings().queueOf(producer);
        var timing = load.timing(producer, firstNumber, messages, due);
        if (load.settings().batch() == 1) {
            return client.sendMessage(queue, load.body(producer, firstNumber, timing), timing.delay())
                    .thenAccept(id -> confirmed(load));
        }
        var bodies = new ArrayList<String>(messages);
        for (int i = 0; i < messages; i++) {
            bodies.add(load.body(producer, firstNumber + i, timing));
        }
        return client.batchSendMessage(queue, bodies, timing.delay()).thenAccept(ids -> confirmed(load));
    }

    private void confirmed(Load load) {
        for (int i = 0; i < messages; i++) {
            load.confirmed(producer, firstNumber + i, due);
        }
    }
}
