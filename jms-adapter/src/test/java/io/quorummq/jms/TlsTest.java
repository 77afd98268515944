/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.JMSException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code quorummqs://} against a real broker with a certificate of its own. */
@Timeout(60)
final class TlsTest {
    private static final String PASSWORD = "p&ss=w%rd";
    private static final String ENCODED_PASSWORD = "p%26ss%3Dw%25rd";

    @TempDir
    Path directory;

    @Test
    void aTrustedBrokerIsConnectedToAndAnotherIsNot() throws Exception {
        var keyStore = makeKeyStore();
        var broker = EmbeddedArtemis.startWithTls(keyStore, PASSWORD);
        try {
            var uri = "quorummqs://127.0.0.1:" + broker.port();
            var trusting = new QuorumMqConnectionFactory(
                    uri + "?transport.trustStoreLocation=" + keyStore + "&transport.trustStorePassword="
                            + ENCODED_PASSWORD,
                    "AKIDme",
                    "my-key");
            try (var context = trusting.createContext()) {
                context.createProducer().send(context.createQueue("secret"), "hello");
                assertThat(context.createConsumer(context.createQueue("secret")).receiveBody(String.class, 5_000))
                        .isEqualTo("hello");
            }
            var wary =
                    new QuorumMqConnectionFactory(uri + "?failover.startupMaxReconnectAttempts=1", "AKIDme", "my-key");
            try (var connection = wary.createConnection()) {
                assertThatThrownBy(connection::start).isInstanceOf(JMSException.class);
            }
        } finally {
            broker.stop();
        }
    }

    private Path makeKeyStore() throws Exception {
        var keyStore = directory.resolve("server.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keyStore.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        return keyStore;
    }
}
