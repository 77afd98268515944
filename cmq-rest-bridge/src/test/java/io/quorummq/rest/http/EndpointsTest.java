/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the server listens: several endpoints, TLS, and ports that are taken. */
final class EndpointsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    private Path directory;

    @Test
    void aPortInUseIsNamedAndNothingIsLeftOpen() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = taken.getLocalPort();

            assertThatThrownBy(() -> new CmqFixture(Map.of("port", Integer.toString(port))))
                    .isInstanceOfSatisfying(
                            EndpointException.class,
                            e -> assertThat(e.endpoint()).isEqualTo(new Endpoint(false, "127.0.0.1", port)))
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void aHostThatIsUnknownIsNamed() {
        assertThatThrownBy(() -> new CmqFixture(Map.of("host", "no-such-host.invalid")))
                .isInstanceOf(EndpointException.class)
                .hasMessageContaining("no-such-host.invalid:0: the host name is unknown");
    }

    @Test
    void aKeyStoreThatDoesNotOpenIsNamed() {
        var missing = directory.resolve("none.p12").toString();

        assertThatThrownBy(() ->
                        new CmqFixture(Map.of("https-port", "0", "key-store", missing, "key-store-password", PASSWORD)))
                .isInstanceOf(EndpointException.class)
                .hasMessageContaining("none.p12");
    }

    @Test
    void httpsServesTheSameApiAndNoticesACallerThatLeaves() throws Exception {
        var keyStore = keyStore();
        var properties = Map.of("https-port", "0", "key-store", keyStore.toString(), "key-store-password", PASSWORD);
        try (var fixture = new CmqFixture(properties)) {
            fixture.caller().call("CreateQueue", "queueName", "orders");
            var https = fixture.server.endpoints().get(1);
            var cmq = new CmqCaller(https, fixture.clock);
            var form = CmqCaller.encode(cmq.signed(
                    "POST", "/v2/index.php", "ReceiveMessage", "queueName", "orders", "pollingWaitSeconds", "30"));

            assertThat(https.getScheme()).isEqualTo("https");
            var list = CmqCaller.encode(cmq.signed("POST", "/v2/index.php", "ListQueue"));
            var answer = HttpClient.newBuilder()
                    .sslContext(trusting(keyStore))
                    .build()
                    .send(cmq.request("/v2/index.php", list), HttpResponse.BodyHandlers.ofString());
            assertThat(CmqCaller.json(answer.body())).containsEntry("totalCount", 1L);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            try (var socket =
                    (SSLSocket) trusting(keyStore).getSocketFactory().createSocket(https.getHost(), https.getPort())) {
                write(socket.getOutputStream(), https.getAuthority(), form);
                await().until(() -> fixture.broker.waiters("orders") == 1);
            }
            await().until(() -> fixture.broker.waiters("orders") == 0);
        }
    }

    @Test
    void severalEndpointsServeTheSameQueues() {
        try (var fixture = new CmqFixture(Map.of("endpoints", "127.0.0.1:0, http://[::1]:0"))) {
            assertThat(fixture.server.endpoints()).hasSize(3);
            new CmqCaller(fixture.server.endpoints().get(1), fixture.clock).call("CreateQueue", "queueName", "shared");
            assertThat(new CmqCaller(fixture.server.endpoints().get(2), fixture.clock).call("ListQueue"))
                    .containsEntry("totalCount", 1L);
        }
    }

    private static void write(OutputStream out, String host, String form) throws IOException {
        out.write(("POST /v2/index.php HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + form.length() + "\r\n\r\n"
                        + form)
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Made by the JDK's own tool: the JDK has no API for it. */
    private Path keyStore() throws IOException, InterruptedException {
        var file = directory.resolve("server.p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        var made = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=IP:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        assertThat(made.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.exists(file)).isTrue();
        return file;
    }

    private static SSLContext trusting(Path keyStore) throws Exception {
        var trusted = KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
