/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two ends of the port between nodes, over real sockets. */
final class PeerCallsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final UUID cluster = UUID.randomUUID();
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final NodeAddress node = new NodeAddress("127.0.0.1", freePort());

    private record Named(String name, Function<byte[], CompletableFuture<byte[]>> work) implements PeerService {
        @Override
        public CompletableFuture<byte[]> call(byte[] request) {
            return work.apply(request);
        }
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : open) {
            each.close();
        }
        executor.shutdownNow();
    }

    @Test
    void theServiceGetsTheBytesAndTheCallerItsAnswer() throws Exception {
        listen(null, new Named("echo", CompletableFuture::completedFuture));
        var large = new byte[PeerProtocol.MESSAGE_BYTES_MAX];
        large[large.length - 1] = 7;

        assertThat(calls(null)
                        .call(node, "echo", "hello".getBytes(UTF_8), LIMIT)
                        .get())
                .asString(UTF_8)
                .isEqualTo("hello");
        assertThat(calls(null).call(node, "echo", new byte[0], LIMIT).get()).isEmpty();
        assertThat(calls(null).call(node, "echo", large, LIMIT).get()).isEqualTo(large);
    }

    @Test
    void messagesHaveALimit() throws Exception {
        listen(
                null,
                new Named(
                        "large",
                        request -> CompletableFuture.completedFuture(new byte[PeerProtocol.MESSAGE_BYTES_MAX + 1])));

        assertThatThrownBy(() -> calls(null).call(node, "large", new byte[PeerProtocol.MESSAGE_BYTES_MAX + 1], LIMIT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        calls(null).call(node, "large", new byte[1], LIMIT).get())
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("allowed: " + PeerProtocol.MESSAGE_BYTES_MAX);
    }

    @Test
    void aRefusalReachesTheCallerWithItsReason() throws Exception {
        listen(
                null,
                new Named("no", request -> CompletableFuture.failedFuture(new PeerRefusal("not now: \u00e4\u6d88\n"))));

        assertThatThrownBy(
                        () -> calls(null).call(node, "no", new byte[0], LIMIT).get())
                .hasCauseInstanceOf(PeerRefusal.class)
                .hasMessageContaining("not now: \u00e4\u6d88\n");
        assertThatThrownBy(() ->
                        calls(null).call(node, "unknown", new byte[0], LIMIT).get())
                .hasCauseInstanceOf(PeerRefusal.class)
                .hasMessageContaining("no service 'unknown'");
    }

    @Test
    void anyOtherFailureIsNeitherRefusalNorUnsent() throws Exception {
        listen(null, new Named("broken", request -> {
            throw new IllegalStateException("a bug");
        }));

        assertThatThrownBy(() ->
                        calls(null).call(node, "broken", new byte[0], LIMIT).get())
                .hasCauseExactlyInstanceOf(IOException.class)
                .hasMessageContaining("a bug");
    }

    @Test
    void aNodeOfAnotherClusterIsRefused() throws Exception {
        listen(null, new Named("echo", CompletableFuture::completedFuture));
        var other = UUID.randomUUID();
        var stranger = opened(new PeerCalls(other, null, executor));

        assertThatThrownBy(() -> stranger.call(node, "echo", new byte[0], LIMIT).get())
                .hasCauseInstanceOf(PeerRefusal.class)
                .hasMessageContaining(
                        "this node belongs to cluster " + cluster.toString().substring(0, 8))
                .hasMessageContaining(", the caller to " + other)
                .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain(cluster.toString()));
    }

    @Test
    void aNodeThatDoesNotListenWasCertainlyNotReachedAndIsFoundAsSoonAsItDoes() throws Exception {
        var calls = calls(null);
        for (var i = 0; i < 5; i++) {
            assertThatThrownBy(
                            () -> calls.call(node, "echo", new byte[0], LIMIT).get())
                    .hasCauseInstanceOf(NotSentException.class)
                    .hasMessageContaining("refused");
        }

        listen(null, new Named("echo", CompletableFuture::completedFuture));

        assertThat(calls.call(node, "echo", new byte[] {1}, LIMIT).get()).containsExactly(1);
    }

    @Test
    void aCallThatTheOtherNodeDiedOverIsNotCalledUnsentNorSentAgain() throws Exception {
        var arrived = new AtomicInteger();
        var port = listen(null, new Named("slow", request -> {
            arrived.incrementAndGet();
            return new CompletableFuture<>();
        }));
        var answer = calls(null).call(node, "slow", new byte[0], LIMIT);
        await().until(() -> arrived.get() == 1);

        port.close();

        assertThatThrownBy(answer::get).hasCauseExactlyInstanceOf(IOException.class);
        listen(null, new Named("slow", request -> CompletableFuture.completedFuture(request)));
        assertThat(arrived).hasValue(1);
    }

    @Test
    void aCallEndsAtItsLimitOnBothSides() throws Exception {
        var pending = new CompletableFuture<byte[]>();
        listen(null, new Named("slow", request -> pending));

        assertThatThrownBy(() -> calls(null)
                        .call(node, "slow", new byte[0], Duration.ofMillis(1_500))
                        .get())
                .hasCauseInstanceOf(TimeoutException.class)
                .hasMessageContaining("did not answer in time");
        await().until(pending::isCancelled);
    }

    @Test
    void aCallerThatGivesUpIsHeardOfByTheService() throws Exception {
        var pending = new CompletableFuture<byte[]>();
        var arrived = new CompletableFuture<Void>();
        listen(null, new Named("slow", request -> {
            arrived.complete(null);
            return pending;
        }));
        var answer = calls(null).call(node, "slow", new byte[0], LIMIT);
        arrived.get();

        answer.cancel(false);

        await().until(pending::isCancelled);
    }

    @Test
    void nodesOfOneAuthorityTalkOverTls() throws Exception {
        var authority = new Authority();
        listen(authority.filesIn(directory.resolve("n1")), new Named("echo", CompletableFuture::completedFuture));

        var calls = calls(authority.filesIn(directory.resolve("n2")));

        assertThat(calls.call(node, "echo", new byte[] {1}, LIMIT).get()).containsExactly(1);
    }

    @Test
    void whoeverShowsNoGoodCertificateIsNotLetIn() throws Exception {
        var authority = new Authority();
        var served = new AtomicInteger();
        listen(authority.filesIn(directory.resolve("n1")), new Named("count", request -> {
            served.incrementAndGet();
            return CompletableFuture.completedFuture(request);
        }));
        var expired =
                authority.filesIn(directory.resolve("expired"), Instant.now().minusSeconds(60));
        var foreign = new Authority().filesIn(directory.resolve("foreign"));

        for (var tls : List.of(expired, foreign)) {
            assertUnsent(calls(tls));
        }
        assertThatThrownBy(() ->
                        calls(null).call(node, "count", new byte[0], LIMIT).get())
                .hasCauseInstanceOf(NotSentException.class)
                .hasMessageContaining("that node may want TLS");
        assertThat(served).hasValue(0);
    }

    @Test
    void aServerWithoutAGoodCertificateIsNotTrusted() throws Exception {
        var authority = new Authority();
        listen(
                authority.filesIn(directory.resolve("n1"), Instant.now().minusSeconds(60)),
                new Named("echo", CompletableFuture::completedFuture));

        var calls = calls(authority.filesIn(directory.resolve("n2")));

        assertThatThrownBy(() -> calls.call(node, "echo", new byte[0], LIMIT).get())
                .hasCauseInstanceOf(NotSentException.class)
                .hasMessageContaining("NotAfter");
    }

    @Test
    void aMissingTlsFileIsNamed() throws Exception {
        assertThat(TlsFiles.in(directory)).isEmpty();
        new Authority().filesIn(directory);
        Files.delete(directory.resolve(TlsFiles.KEY));

        assertThatThrownBy(() -> TlsFiles.in(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(directory.resolve(TlsFiles.KEY) + " is missing");
    }

    private void assertUnsent(PeerCalls calls) {
        assertThatThrownBy(() -> calls.call(node, "count", new byte[0], LIMIT).get())
                .hasCauseInstanceOf(NotSentException.class);
    }

    private StandalonePort listen(@Nullable TlsFiles tls, PeerService service) throws IOException {
        return opened(new PeerPort(new PeerServices(cluster, executor).add(service), tls).listen(node));
    }

    private PeerCalls calls(@Nullable TlsFiles tls) {
        return opened(new PeerCalls(cluster, tls, executor));
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        open.add(closeable);
        return closeable;
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
