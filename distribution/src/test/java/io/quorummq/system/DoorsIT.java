/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.jms.Connection;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever finds a door of a real node and talks nonsense there costs little, and hurts nobody. */
@Tag("fault")
class DoorsIT {
    private static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
    private static final int MEGABYTE = 1 << 20;
    private static final int ERR_LINES_MAX = 400;
    private static final int RSS_MEGABYTES_MAX = 600;
    private static final long SEED = 42;

    private static NodeProcess node;

    @BeforeAll
    static void startNode(@TempDir Path directory) throws Exception {
        node = NodeProcess.in(directory, Map.of("QUORUMMQ_JAVA_OPTS", "-Xmx192m"));
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @AfterEach
    void goodClientsAreServedAndTheNodeHasNotGrown() throws Exception {
        assertThat(node.isAlive()).as(node.err()).isTrue();
        try (var cmq = node.cmq();
                var core = node.core();
                var amqp = node.amqp()) {
            cmq.createQueue("good", Map.of()).handle((made, there) -> there).get(10, TimeUnit.SECONDS);
            for (Connection connection : List.of(core, amqp)) {
                try (var session = connection.createSession();
                        var producer = session.createProducer(session.createQueue("good"));
                        var consumer = session.createConsumer(session.createQueue("good"))) {
                    producer.send(session.createTextMessage("still fine"));
                    assertThat(((TextMessage) consumer.receive(10_000)).getText())
                            .isEqualTo("still fine");
                }
            }
            cmq.sendMessage("good", "x", Duration.ZERO).get(10, TimeUnit.SECONDS);
            var received = cmq.receiveMessage("good", Duration.ofSeconds(5))
                    .get(10, TimeUnit.SECONDS)
                    .orElseThrow();
            cmq.deleteMessage("good", received.receiptHandle()).get(10, TimeUnit.SECONDS);
        }
        assertThat(node.err().lines().count()).as(node.err()).isLessThan(ERR_LINES_MAX);
        assertThat(residentMegabytes()).isLessThan(RSS_MEGABYTES_MAX);
    }

    @Test
    void garbageEndsTheConnection() throws Exception {
        var random = new Random(SEED);
        for (var door : List.of("--core-port", "--amqp-port", "--cmq-port", "--admin-port")) {
            for (int i = 0; i < 10; i++) {
                var garbage = new byte[32 << 10];
                random.nextBytes(garbage);
                garbage[0] = (byte) (128 + i); // not the beginning of any protocol
                try (var socket = open(door)) {
                    sendWhatItTakes(socket, garbage);
                    socket.shutdownOutput();
                    assertThat(isEnded(socket, Duration.ofSeconds(15)))
                            .as(door + " " + i)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void aFrameAnnouncedHugeIsNotGathered() throws Exception {
        var hugeFrame = ByteBuffer.allocate(8)
                .putInt(Integer.MAX_VALUE - 8)
                .put(new byte[] {2, 1, 0, 0})
                .array();
        for (var door : List.of("--amqp-port", "--core-port")) {
            try (var socket = open(door)) {
                sendWhatItTakes(socket, SASL_HEADER, hugeFrame);
                assertThat(sendMegabytes(socket, 300))
                        .as("AMQP megabytes taken at %s", door)
                        .isLessThan(32);
            }
        }
        var hugePacket = ByteBuffer.allocate(13)
                .putInt(Integer.MAX_VALUE - 8)
                .put((byte) 71)
                .putLong(10)
                .array();
        try (var socket = open("--core-port")) {
            sendWhatItTakes(socket, "ARTEMIS".getBytes(US_ASCII), hugePacket);
            sendMegabytes(socket, 100); // Artemis gathers a core packet of any announced length: others must not suffer
        }
    }

    @Test
    void aCorePacketBeforeTheLoginIsNotServed() throws Exception {
        for (byte type : new byte[] {40, 50, 61, 71, 77, 34}) { // create, delete and send of a session, among others
            var packet = ByteBuffer.allocate(4 + 1 + 8 + 64)
                    .putInt(1 + 8 + 64)
                    .put(type)
                    .putLong(10)
                    .array();
            try (var socket = open("--core-port")) {
                sendWhatItTakes(socket, "ARTEMIS".getBytes(US_ASCII), packet, packet);
                socket.setSoTimeout(500);
                var answer = readSome(socket);
                assertThat(answer).as("answer to packet %d", type).doesNotContain("good");
            }
        }
    }

    @Test
    void silentAndHalfDoneHandshakesAreEnded() throws Exception {
        var sockets = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 40; i++) {
                var socket = open(i % 2 == 0 ? "--core-port" : "--amqp-port");
                if (i % 4 > 1) {
                    sendWhatItTakes(socket, new byte[] {'A', 'M', 'Q'});
                }
                sockets.add(socket);
            }
            for (var socket : sockets) {
                assertThat(isEnded(socket, Duration.ofSeconds(20))).isTrue();
            }
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void aFreshInstallListensWhereItSaysAndNowhereElse() throws Exception {
        var documented = List.of(
                node.port("--cmq-port"),
                node.port("--core-port"),
                node.port("--amqp-port"),
                node.port("--admin-port"),
                node.port("--raft-port"));

        await().untilAsserted(() -> assertThat(listening(node.pid())).containsExactlyInAnyOrderElementsOf(documented));
    }

    private static Socket open(String door) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), node.port(door));
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void sendWhatItTakes(Socket socket, byte[]... parts) {
        try {
            for (var part : parts) {
                socket.getOutputStream().write(part);
            }
        } catch (IOException ended) {
            assertThat(ended).isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    /** What is taken within a few seconds: the node may end the connection, or leave it unread until that is ended. */
    private static int sendMegabytes(Socket socket, int megabytes) {
        var end = CompletableFuture.delayedExecutor(4, TimeUnit.SECONDS);
        end.execute(() -> {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        for (int sent = 0; sent < megabytes; sent++) {
            try {
                socket.getOutputStream().write(new byte[MEGABYTE]);
            } catch (IOException ended) {
                return sent;
            }
        }
        return megabytes;
    }

    private static String readSome(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readNBytes(1000), US_ASCII);
        } catch (SocketTimeoutException silent) {
            return "";
        } catch (IOException reset) {
            return "";
        }
    }

    private static boolean isEnded(Socket socket, Duration patience) throws IOException {
        socket.setSoTimeout((int) patience.toMillis());
        try {
            socket.getInputStream().skipNBytes(Long.MAX_VALUE);
            return false;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException endOrReset) {
            return true;
        }
    }

    private static long residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + node.pid() + "/status"), UTF_8).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .sum();
    }

    /** The TCP ports that a process listens on, from the kernel's own tables. */
    private static List<Integer> listening(long pid) throws IOException {
        var inodes = new ArrayList<String>();
        try (var descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (var descriptor : (Iterable<Path>) descriptors::iterator) {
                var target = Files.readSymbolicLink(descriptor).toString();
                if (target.startsWith("socket:[")) {
                    inodes.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        }
        var ports = new ArrayList<Integer>();
        for (var table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (var line : Files.readAllLines(Path.of(table), UTF_8)) {
                var columns = line.strip().split("\\s+", -1);
                if (columns.length > 9 && "0A".equals(columns[3]) && inodes.contains(columns[9])) {
                    ports.add(Integer.parseInt(columns[1].substring(columns[1].indexOf(':') + 1), 16));
                }
            }
        }
        return ports;
    }
}
