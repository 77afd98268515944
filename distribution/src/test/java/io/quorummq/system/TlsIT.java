/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.jms.QuorumMqConnectionFactory;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS for CMQ, AMQP and core as docs/clients.md says, with a certificate of the node's own. */
@Timeout(90)
final class TlsIT {
    private static final String PASSWORD = "changeit1";
    private static final long SOON = 10_000;

    private static Path directory;
    private static Path keyStore;
    private static int httpsPort;
    private static int tlsPort;
    private static NodeProcess node;

    @BeforeAll
    static void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        keyStore = makeKeyStore();
        httpsPort = freePort();
        tlsPort = freePort();
        var acceptor = "<acceptor name=\"tls\">tcp://127.0.0.1:" + tlsPort + "?protocols=CORE,AMQP;sslEnabled=true;"
                + "keyStorePath=" + keyStore + ";keyStorePassword=" + PASSWORD + "</acceptor>";
        node = NodeProcess.configured(
                directory,
                Map.of(
                        "</acceptors>",
                        acceptor + "</acceptors>",
                        "(<broker-plugin class-name=\"io.quorummq.rest.CmqBridge\">)",
                        "$1" + property("https-port", Integer.toString(httpsPort))
                                + property("key-store", keyStore.toString())
                                + property("key-store-password", PASSWORD)));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void thePublishedSdkWorksOverHttps() throws Exception {
        try (var cmq = node.cmq()) {
            cmq.createQueue("replies", Map.of()).get(SOON, TimeUnit.MILLISECONDS);
            cmq.sendMessage("replies", "to the SDK", Duration.ZERO).get(SOON, TimeUnit.MILLISECONDS);
            var program = ForeignProgram.compiled("cmq-sdk", directory);

            var outcome = program.run(
                    List.of("-Djavax.net.ssl.trustStore=" + keyStore, "-Djavax.net.ssl.trustStorePassword=" + PASSWORD),
                    "SdkOverTls",
                    "https://localhost:" + httpsPort,
                    NodeProcess.CREDENTIAL.secretId(),
                    NodeProcess.CREDENTIAL.secretKey(),
                    "by the SDK",
                    "requests",
                    "replies");

            assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
            assertThat(outcome.out()).contains("received to the SDK");
            var sent = cmq.receiveMessage("requests", Duration.ZERO).get(SOON, TimeUnit.MILLISECONDS);
            assertThat(sent)
                    .hasValueSatisfying(message -> assertThat(message.body()).isEqualTo("by the SDK"));
        }
    }

    @Test
    void theSdkRefusesACertificateThatItDoesNotTrust() throws Exception {
        var program = ForeignProgram.compiled("cmq-sdk", directory);

        var outcome = program.run(
                List.of(),
                "SdkOverTls",
                "https://localhost:" + httpsPort,
                NodeProcess.CREDENTIAL.secretId(),
                NodeProcess.CREDENTIAL.secretKey(),
                "never sent",
                "untrusted",
                "untrusted");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("SSLHandshakeException");
    }

    @Test
    void jmsClientsOfEveryKindWorkOverTls() throws Exception {
        var trust = "transport.trustStoreLocation=" + keyStore + "&transport.trustStorePassword=" + PASSWORD;
        shareAQueue("by-qpid", new JmsConnectionFactory("amqps://localhost:" + tlsPort + "?" + trust));
        shareAQueue("by-adapter", new QuorumMqConnectionFactory("quorummqs://localhost:" + tlsPort + "?" + trust));
        try (var core = new ActiveMQConnectionFactory("tcp://localhost:" + tlsPort + "?sslEnabled=true&trustStorePath="
                + keyStore + "&trustStorePassword=" + PASSWORD)) {
            shareAQueue("by-core", core);
        }
    }

    @Test
    void aJmsClientRefusesACertificateThatItDoesNotTrust() throws Exception {
        var wary = new JmsConnectionFactory("amqps://localhost:" + tlsPort);
        assertThatThrownBy(() -> {
                    var connection = wary.createConnection(
                            NodeProcess.CREDENTIAL.secretId(), NodeProcess.CREDENTIAL.secretKey());
                    connection.close();
                })
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("certification path");
    }

    private static void shareAQueue(String queue, ConnectionFactory factory) throws Exception {
        try (var connection = factory.createConnection(
                        NodeProcess.CREDENTIAL.secretId(), NodeProcess.CREDENTIAL.secretKey());
                var session = connection.createSession();
                var producer = session.createProducer(session.createQueue(queue));
                var cmq = node.cmq()) {
            producer.send(session.createTextMessage("over TLS"));
            assertThat(cmq.receiveMessage(queue, Duration.ZERO).get(SOON, TimeUnit.MILLISECONDS))
                    .hasValueSatisfying(message -> assertThat(message.body()).isEqualTo("over TLS"));
        }
    }

    private static String property(String key, String value) {
        return "<property key=\"" + key + "\" value=\"" + value + "\"/>";
    }

    private static Path makeKeyStore() throws Exception {
        var file = directory.resolve("server.p12");
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
                        "SAN=dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        return file;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
