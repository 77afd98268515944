/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import io.quorummq.config.FirstCredential;
import io.quorummq.config.Home;
import io.quorummq.config.HomeMaker;
import io.quorummq.config.Installation;
import io.quorummq.config.Overrides;
import io.quorummq.config.Port;
import io.quorummq.core.credential.Credential;
import io.quorummq.node.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A node of our own, on free ports, with a home that is gone when it is closed. */
final class TemporaryNode implements AutoCloseable {
    private final Home home;
    private final Credential credential;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private @Nullable Node node;

    private TemporaryNode(Home home, Credential credential) {
        this.home = home;
        this.credential = credential;
    }

    /** A home in the system's directory for temporary files, known to the log before anything logs. */
    static TemporaryNode make(SecureRandom random, Consumer<Home> beforeLogging) throws IOException {
        var home = Home.at(Files.createTempDirectory("quorummq-demo-"));
        var maker = new HomeMaker(Installation.ofThisProcess(), new FirstCredential(Map.of(), random));
        maker.complete(home);
        new Overrides(0, Map.of(), freePorts(), Map.of("quorummq.host", "127.0.0.1"))
                .systemProperties(home)
                .forEach(System::setProperty);
        beforeLogging.accept(home);
        return new TemporaryNode(home, maker.addFirstCredential(home).orElseThrow());
    }

    Node start(InstantSource clock, SecureRandom random) {
        var started = new Node(home, clock, random);
        node = started;
        started.start();
        return started;
    }

    Credential credential() {
        return credential;
    }

    Path directory() {
        return home.directory();
    }

    @Override
    public void close() throws IOException {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        if (node != null) {
            node.close();
        }
        try (var files = Files.walk(home.directory())) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Ports that nobody listens on now; all are held at once, so that no two are alike. */
    private static Map<Port, Integer> freePorts() throws IOException {
        var held = new ArrayList<ServerSocket>();
        try {
            var ports = new EnumMap<Port, Integer>(Port.class);
            for (var port : Port.values()) {
                var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                ports.put(port, socket.getLocalPort());
            }
            return ports;
        } finally {
            for (var socket : held) {
                socket.close();
            }
        }
    }
}
