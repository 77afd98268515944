/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.CmqClientSettings;
import io.quorummq.cmqclient.CmqRefusal;
import io.quorummq.core.CmqError;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;

/** The CMQ HTTP API: one client for all workers, with a connection for each call that may be under way. */
final class CmqDoor implements Door {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int THREADS = 4;

    private final CmqClient client;
    private final Load load;
    private final List<String> created = new ArrayList<>();

    CmqDoor(Target target, Load load, InstantSource clock, RandomGenerator random) {
        var settings = load.settings();
        int connections = settings.producers() * settings.outstanding() + settings.consumers();
        this.client = new CmqClient(
                URI.create(target.uri()),
                target.login().orElseThrow(),
                new CmqClientSettings(connections, connections, TIMEOUT, THREADS),
                clock,
                random);
        this.load = load;
    }

    @Override
    public void prepare() {
        for (var queue : load.settings().queues()) {
            try {
                client.createQueue(queue, Map.of()).join();
                created.add(queue);
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof CmqRefusal refusal)
                        || refusal.moduleCode() != CmqError.QUEUE_EXISTS.moduleCode()) {
                    throw e;
                }
            }
        }
    }

    @Override
    public Worker producer(int index) {
        return load.settings().rate().isPresent()
                ? new CmqPacedProducer(client, load, index)
                : new CmqProducer(client, load, index);
    }

    @Override
    public Worker consumer(int index) {
        return new CmqConsumer(client, load, index);
    }

    @Override
    public void close() {
        try (client) {
            if (load.settings().mode() != BenchSettings.Mode.FILL) {
                created.forEach(queue -> client.deleteQueue(queue).join());
            }
        } catch (CompletionException e) {
            load.meter().failed(Failures.text(e));
        }
    }
}
