package io.quorummq.system;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import io.quorummq.jms.QuorumMqConnectionFactory;
import java.nio.file.Path;
import java.net.URI;
import java.util.*;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
final class SingleTrialIT {
    @TempDir Path directory;
    @Test void trial() throws Exception {
        var history = new History(System::nanoTime);
        var silences = new Silences(System::nanoTime);
        var load = new QueueLoad(history, silences, 500);
        try (var node = NodeProcess.in(directory)) {
            try (var cmq = node.cmq()) { cmq.createQueue("orders", Map.of("visibilityTimeout", "10")).get(20, TimeUnit.SECONDS); }
            int cp = node.port("--core-port"), ap = node.port("--amqp-port");
            var options = System.getProperty("core.options", "ha=true&reconnectAttempts=-1&retryInterval=200");
            var core = new ActiveMQConnectionFactory("(tcp://127.0.0.1:1,tcp://127.0.0.1:" + cp + ",tcp://127.0.0.1:2)?" + options);
            var amqp = "failover:(amqp://127.0.0.1:1,amqp://127.0.0.1:" + ap + ")";
            var dead = URI.create("http://127.0.0.1:1");
            var ends = List.of(dead, node.endpoint(), node.endpoint());
            var doors = List.of("http", "core", "qpid", "adapter");
            try (load) {
                load.sender("http", new SdkQueueClient(ends, "orders", 0));
                load.sender("http", new SdkQueueClient(ends, "orders", 1));
                load.sender("core", new JmsQueueClient(core, "orders"));
                load.sender("qpid", new JmsQueueClient(new JmsConnectionFactory(amqp), "orders"));
                load.sender("adapter", new JmsQueueClient(new QuorumMqConnectionFactory("quorummq://127.0.0.1:1,127.0.0.1:" + ap), "orders"));
                load.taker("http", new SdkQueueClient(ends, "orders", 2));
                load.taker("core", new JmsQueueClient(core, "orders"));
                load.taker("qpid", new JmsQueueClient(new JmsConnectionFactory(amqp), "orders"));
                for (int i = 0; i < 6; i++) {
                    try {
                    await().atMost(40, TimeUnit.SECONDS).until(() -> silences.sinceFault() > 1000 && doors.stream().allMatch(d -> silences.sinceFault(d) > 0)); history.healed();
                    } catch (Exception e) { for (var d : doors) System.out.println(d + " " + silences.sinceFault(d)); System.out.println(load.failures()); throw e; }
                    System.out.println("deletes " + history.deletes() + " acks " + history.acknowledgements() + " reconnects " + load.reconnects());
                    silences.fault();
                    history.broken(); if (i % 2 == 0) node.kill(); else node.stop(); 
                    node.start(); 
                }
                await().atMost(40, TimeUnit.SECONDS).until(() -> silences.sinceFault() > 1000 && doors.stream().allMatch(d -> silences.sinceFault(d) > 0));
                silences.settle();
            }
            System.out.println(silences.table());
            var seen = new TreeMap<String, Integer>();
            for (var f : load.failures()) seen.merge(f.replaceAll("[0-9a-f-]{20,}", "#"), 1, Integer::sum);
            seen.forEach((k, v) -> System.out.println(v + " x " + k));
            System.out.println("reconnects " + load.reconnects());
            // drain
            try (var cmq = node.cmq()) {
                while (true) {
                    var asked = history.now();
                    var r = cmq.batchReceiveMessage("orders", 16, java.time.Duration.ofSeconds(12)).get(20, TimeUnit.SECONDS);
                    if (r.isEmpty()) break;
                    var bodies = r.stream().map(m -> m.body()).toList();
                    bodies.forEach(b -> history.received("drain", b, asked));
                    history.deleting("drain", bodies);
                    cmq.batchDeleteMessage("orders", r.stream().map(m -> m.receiptHandle()).toList()).get(20, TimeUnit.SECONDS);
                    history.deleted("drain", bodies);
                }
            }
            System.out.println(history.verdict().summary());
             history.verdict().requireSound();
        }
    }
}
