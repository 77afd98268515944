/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.replication.peer.NodeAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/** Three machines with a bundle each, before anything was started. */
final class Machines {
    static final UUID CLUSTER = new UUID(7, 7);
    static final String[] LABELS = {"n1", "n2", "n3"};

    final FakeNetwork network = new FakeNetwork();
    private final Path directory;
    private final Random random;
    private final Map<String, NodeAddress> addresses = new LinkedHashMap<>();
    private final Map<String, UUID> members = new LinkedHashMap<>();

    Machines(Path directory, long seed) {
        random = new Random(seed);
        this.directory = directory;
        for (int i = 0; i < LABELS.length; i++) {
            addresses.put(LABELS[i], new NodeAddress("10.0.0." + (i + 1), 7400));
            members.put(LABELS[i], new UUID(1, i + 1));
        }
        for (var label : LABELS) {
            copyBundle(label);
        }
    }

    void copyBundle(String label) {
        try {
            Files.createDirectories(data(label));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files(label).write(new BootstrapToken(CLUSTER, label, members));
    }

    Path data(String label) {
        return directory.resolve(label).resolve("data");
    }

    IdentityFiles files(String label) {
        return new IdentityFiles(data(label));
    }

    UUID member(String label) {
        return Objects.requireNonNull(members.get(label));
    }

    NodeAddress address(String label) {
        return Objects.requireNonNull(addresses.get(label));
    }

    ClusterConfiguration cluster(String label) {
        return new ClusterConfiguration(CLUSTER, label, addresses);
    }

    /** Its services are there, whatever becomes of its identity. */
    void up(String label) {
        network.up(address(label), new FormationService(cluster(label), files(label), Runnable::run));
    }

    /** One start of a node; a pause ends the test's patience unless it brings something about. */
    MemberIdentity start(String label, Runnable... pauses) throws InterruptedException {
        up(label);
        var left = Stream.of(pauses).iterator();
        return new Identification(
                        cluster(label),
                        files(label),
                        network,
                        time -> {
                            if (!left.hasNext()) {
                                throw new InterruptedException("waits for ever");
                            }
                            left.next().run();
                        },
                        random)
                .identify();
    }

    void allUp() {
        for (var label : LABELS) {
            up(label);
        }
    }

    void wipe(String label) {
        try (var files = Files.list(data(label))) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
