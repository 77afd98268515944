/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.DeleteFailure;
import io.quorummq.cmqclient.ReceivedMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Receives and deletes, one call at a time and without a thread: each answer begins the next call. */
final class CmqConsumer implements Worker {
    private final CmqClient client;
    private final Load load;
    private final String queue;
    private volatile boolean ended;

    CmqConsumer(CmqClient client, Load load, int index) {
        this.client = client;
        this.load = load;
        this.queue = load.settings().queueOf(index);
    }

    @Override
    public void start() {
        receiveNext();
    }

    private void receiveNext() {
        if (!load.receiving()) {
            ended = true;
            return;
        }
        var unused = received().thenCompose(this::delete).whenComplete((done, failure) -> {
            if (failure == null) {
                receiveNext();
            } else {
                load.meter().failed("consumer: " + Failures.text(failure));
                ended = true;
            }
        });
    }

    private CompletableFuture<List<ReceivedMessage>> received() {
        var settings = load.settings();
        return settings.batch() == 1
                ? client.receiveMessage(queue, settings.pollWait())
                        .thenApply(message -> message.map(List::of).orElse(List.of()))
                : client.batchReceiveMessage(queue, settings.batch(), settings.pollWait());
    }

    private CompletionStage<?> delete(List<ReceivedMessage> messages) {
        messages.forEach(message -> load.received(Stamp.of(message.body())));
        if (messages.isEmpty()) {
            return CompletableFuture.completedStage(messages);
        }
        if (load.settings().batch() == 1) {
            return client.deleteMessage(queue, messages.get(0).receiptHandle())
                    .thenAccept(reply -> load.meter().deleted(1));
        }
        var handles = messages.stream().map(ReceivedMessage::receiptHandle).toList();
        return client.batchDeleteMessage(queue, handles).thenAccept(failures -> deleted(handles.size(), failures));
    }

    private void deleted(int handles, List<DeleteFailure> failures) {
        load.meter().deleted(handles - failures.size());
        for (var failure : failures) {
            load.meter()
                    .failed("consumer: BatchDeleteMessage left a message: code " + failure.code() + ", "
                            + failure.message());
        }
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public void close() {
        // The client is the door's.
    }
}
