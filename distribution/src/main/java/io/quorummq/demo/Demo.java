/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import static io.quorummq.demo.Steps.expect;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.CmqClientSettings;
import io.quorummq.cmqclient.CmqRefusal;
import io.quorummq.cmqclient.ReceivedMessage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Shows on a running node or cluster what QuorumMQ is for: one queue, three protocols, leases, delays and deletes. Goes through the
 * real ports with real clients, and stops at the first thing that does not come out right.
 */
final class Demo {
    private static final String QUEUE = "demo-orders";
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Duration DELAY = Duration.ofSeconds(1);
    private static final Duration VISIBILITY = Duration.ofSeconds(2);
    private static final int HANDLE_REFUSED = 4430;

    private final Access access;
    private final Steps steps;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;

    Demo(Access access, Steps steps, InstantSource clock, LongSupplier nanoTime, RandomGenerator random) {
        this.access = access;
        this.steps = steps;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    void run() throws Exception {
        var endpoint = access.cmq().get(0);
        steps.title("Connect, with one credential for every protocol");
        try (var cmq = new CmqClient(endpoint, access.credential(), CmqClientSettings.DEFAULT, clock, random);
                var core = steps.step(
                        "core: an Artemis JMS client logs in at " + String.join(" or ", access.core()),
                        () -> JmsDoor.core(access));
                var amqp = steps.step(
                        "AMQP: a Qpid JMS client logs in at " + String.join(" or ", access.amqp()),
                        () -> JmsDoor.amqp(access))) {
            shareOneQueue(cmq, core, amqp);
            delay(cmq);
            visibility(cmq);
            tidyUp(cmq);
        }
    }

    private void shareOneQueue(CmqClient cmq, JmsDoor core, JmsDoor amqp) throws Exception {
        steps.title("One queue, three protocols: each message leaves by another door than it came in by");
        steps.step("CMQ:  CreateQueue " + QUEUE, () -> {
            var attributes = Map.of("visibilityTimeout", Long.toString(VISIBILITY.toSeconds()));
            var id = of(cmq.createQueue(QUEUE, attributes));
            expect("a queue id was given", id.startsWith("queue-"));
            return id;
        });
        steps.step("CMQ:  SendMessage 'sent by HTTP'", () -> of(cmq.sendMessage(QUEUE, "sent by HTTP", Duration.ZERO)));
        steps.step("core: received 'sent by HTTP'", () -> received("sent by HTTP", core.receive(QUEUE, LONG)));
        steps.step("core: sent 'sent by core JMS'", () -> {
            core.send(QUEUE, "sent by core JMS");
            return true;
        });
        steps.step("AMQP: received 'sent by core JMS'", () -> received("sent by core JMS", amqp.receive(QUEUE, LONG)));
        steps.step("AMQP: sent 'sent by AMQP'", () -> {
            amqp.send(QUEUE, "sent by AMQP");
            return true;
        });
        var message = steps.step("CMQ:  ReceiveMessage gives 'sent by AMQP'", () -> {
            var found = of(cmq.receiveMessage(QUEUE, LONG));
            received("sent by AMQP", found.map(ReceivedMessage::body));
            return found.orElseThrow();
        });
        steps.step(
                "CMQ:  DeleteMessage by its receipt handle",
                () -> of(cmq.deleteMessage(QUEUE, message.receiptHandle())));
        steps.step("CMQ:  the queue is empty again", () -> expectCounts(cmq, 0, 0, 0));
    }

    private void delay(CmqClient cmq) throws Exception {
        steps.title("A delayed message");
        var sentAt = nanoTime.getAsLong();
        steps.step("CMQ:  SendMessage with delaySeconds=1", () -> of(cmq.sendMessage(QUEUE, "later", DELAY)));
        steps.step("CMQ:  it is counted as delayed and not received yet", () -> {
            expectCounts(cmq, 0, 0, 1);
            expect("received before its time", Optional.empty(), of(cmq.receiveMessage(QUEUE, Duration.ZERO)));
            return true;
        });
        steps.step("CMQ:  a waiting ReceiveMessage gets it when its time has come", () -> {
            var found = of(cmq.receiveMessage(QUEUE, LONG));
            received("later", found.map(ReceivedMessage::body));
            var waited = Duration.ofNanos(nanoTime.getAsLong() - sentAt);
            expect("it came after " + DELAY.toMillis() + " ms, not " + waited.toMillis(), waited.compareTo(DELAY) >= 0);
            return of(cmq.deleteMessage(QUEUE, found.orElseThrow().receiptHandle()));
        });
    }

    private void visibility(CmqClient cmq) throws Exception {
        steps.title("The visibility timeout, here " + VISIBILITY.toSeconds() + " s");
        steps.step("CMQ:  SendMessage 'handle me'", () -> of(cmq.sendMessage(QUEUE, "handle me", Duration.ZERO)));
        var first = steps.step("CMQ:  received, and invisible to everybody else", () -> {
            var found = of(cmq.receiveMessage(QUEUE, LONG)).orElseThrow(() -> new DemoFailure("nothing was received"));
            expect("how often it was received", 1, found.dequeueCount());
            expectCounts(cmq, 0, 1, 0);
            expect("received by another", Optional.empty(), of(cmq.receiveMessage(QUEUE, Duration.ZERO)));
            return found;
        });
        var second = steps.step("CMQ:  not deleted in time, it is received a second time", () -> {
            var found = of(cmq.receiveMessage(QUEUE, LONG)).orElseThrow(() -> new DemoFailure("it did not come back"));
            expect("its id", first.msgId(), found.msgId());
            expect("how often it was received", 2, found.dequeueCount());
            return found;
        });
        steps.step("CMQ:  the first receipt handle is refused now", () -> {
            expect("refused with code", HANDLE_REFUSED, refusal(cmq.deleteMessage(QUEUE, first.receiptHandle())));
            return true;
        });
        steps.step("CMQ:  the second one deletes it for good", () -> {
            var reply = of(cmq.deleteMessage(QUEUE, second.receiptHandle()));
            expectCounts(cmq, 0, 0, 0);
            return reply;
        });
    }

    private void tidyUp(CmqClient cmq) throws Exception {
        steps.title("Tidy up");
        steps.step("CMQ:  DeleteQueue " + QUEUE, () -> {
            var reply = of(cmq.deleteQueue(QUEUE));
            expect("queues of that name", 0L, of(cmq.listQueue(QUEUE, 0, 50)).totalCount());
            return reply;
        });
    }

    private static boolean expectCounts(CmqClient cmq, long active, long leased, long delayed) {
        var queue = of(cmq.queueAttributes(QUEUE));
        expect("visible messages", active, queue.activeMessages());
        expect("invisible messages", leased, queue.inactiveMessages());
        expect("delayed messages", delayed, queue.delayedMessages());
        return true;
    }

    private static boolean received(String promised, Optional<String> found) {
        expect("the message", promised, found.orElse("(nothing)"));
        return true;
    }

    private static int refusal(CompletableFuture<?> call) {
        try {
            call.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof CmqRefusal refusal) {
                return refusal.code();
            }
            throw e;
        }
        return 0;
    }

    private static <T> T of(CompletableFuture<T> call) {
        try {
            return call.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
