/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import static io.quorummq.demo.Steps.expect;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.CmqClientSettings;
import io.quorummq.cmqclient.ReceivedMessage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Shows on a running cluster what three nodes are for: the one that leads is killed while messages flow. */
final class FailoverDemo {
    private static final String QUEUE = "demo-flow";
    private static final int MESSAGES = 200;
    private static final int BATCH = 16;
    private static final Duration FLOW_MAX = Duration.ofSeconds(30);
    private static final Duration DRAIN_WAIT = Duration.ofSeconds(1);

    private final TemporaryCluster cluster;
    private final Steps steps;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;

    FailoverDemo(
            TemporaryCluster cluster, Steps steps, InstantSource clock, LongSupplier nanoTime, RandomGenerator random) {
        this.cluster = cluster;
        this.steps = steps;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    void run(DemoNode leader) throws Exception {
        var access = cluster.access();
        var clients = new ArrayList<CmqClient>();
        try (var core = JmsDoor.core(access);
                var amqp = JmsDoor.amqp(access)) {
            for (var endpoint : access.cmq()) {
                clients.add(new CmqClient(endpoint, access.credential(), CmqClientSettings.DEFAULT, clock, random));
            }
            steps.title("The leader dies while messages flow through every door");
            var flow = new Flow(nanoTime);
            try (flow) {
                loseTheLeader(leader, flow, clients, core, amqp);
            }
            nothingIsLost(flow, clients.get(0));
        } finally {
            clients.forEach(CmqClient::close);
        }
    }

    private void loseTheLeader(DemoNode leader, Flow flow, List<CmqClient> clients, JmsDoor core, JmsDoor amqp)
            throws Exception {
        steps.step(MESSAGES + " messages are acknowledged, by CMQ, core and AMQP", () -> {
            clients.get(0).createQueue(QUEUE, Map.of()).get();
            flow.add("CMQ", Flow.byAnyOf(clients, QUEUE));
            flow.add("core", text -> core.send(QUEUE, text));
            flow.add("AMQP", text -> amqp.send(QUEUE, text));
            return flow.awaitAcknowledged(MESSAGES, FLOW_MAX);
        });
        var killed = nanoTime.getAsLong();
        var next = steps.step(
                "kill -9 " + leader.pid() + ": " + leader.label() + ", which leads, is gone; another node leads",
                () -> cluster.killAndAwaitNext(leader));
        steps.step("messages are acknowledged again, by " + next.label(), () -> {
            flow.awaitAcknowledged(1, FLOW_MAX);
            return true;
        });
        steps.tell("the flow stood still for "
                + Duration.ofNanos(flow.lastAcknowledgement() - killed).toMillis() + " ms");
        steps.step(
                MESSAGES + " further messages are acknowledged, " + leader.label() + " being dead",
                () -> flow.awaitAcknowledged(MESSAGES, FLOW_MAX));
        steps.step("a new process of " + leader.label() + " catches up while messages flow", () -> {
            cluster.restart(leader);
            return flow.awaitAcknowledged(MESSAGES, FLOW_MAX);
        });
    }

    private void nothingIsLost(Flow flow, CmqClient cmq) throws Exception {
        steps.title("Nothing was lost");
        var acknowledged = flow.acknowledged();
        var received = steps.step("CMQ:  all messages of the queue are received and deleted", () -> drained(cmq));
        steps.step("all " + acknowledged.size() + " acknowledged messages are among them", () -> {
            var lost = new TreeSet<>(acknowledged);
            lost.removeAll(received.keySet());
            expect("what was lost", new TreeSet<String>(), lost);
            return true;
        });
        var more = new TreeSet<>(received.keySet());
        more.removeAll(acknowledged);
        var twice = received.values().stream().filter(times -> times > 1).count();
        steps.tell("of " + flow.unknown() + " sends that were cut off " + more.size() + " are stored too; " + twice
                + " messages came twice, because a client sent them again");
        steps.step("CMQ:  DeleteQueue " + QUEUE, () -> cmq.deleteQueue(QUEUE).get());
    }

    private static Map<String, Integer> drained(CmqClient cmq) throws Exception {
        var received = new HashMap<String, Integer>();
        while (true) {
            var batch = cmq.batchReceiveMessage(QUEUE, BATCH, DRAIN_WAIT).get();
            if (batch.isEmpty()) {
                var left = cmq.queueAttributes(QUEUE).get();
                expect("the queue is empty", left.activeMessages() + left.inactiveMessages() == 0);
                return received;
            }
            batch.forEach(message -> received.merge(message.body(), 1, Integer::sum));
            var handles = batch.stream().map(ReceivedMessage::receiptHandle).toList();
            expect(
                    "deletes that failed",
                    List.of(),
                    cmq.batchDeleteMessage(QUEUE, handles).get());
        }
    }
}
