/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CertificateAuthorityTest {
    private static final UUID CLUSTER = new UUID(1, 2);

    @TempDir
    private Path directory;

    private final Instant now = InstantSource.system().instant();
    private final CertificateAuthority authority = authority(now);

    @Test
    void nodesOfOneClusterKnowEachOther() throws Exception {
        authority.issue("n1", "localhost", directory("n1"));
        authority.issue("n2", "127.0.0.1", directory("n2"));

        handshake(context(directory("n1")), context(directory("n2")), "localhost");
    }

    @Test
    void aNodeOfAnotherClusterIsAStranger() throws Exception {
        authority.issue("n1", "localhost", directory("n1"));
        authority(now).issue("n1", "localhost", directory("other"));

        assertThatThrownBy(() -> handshake(context(directory("n1")), context(directory("other")), "localhost"))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void aCertificateIsForItsHostOnly() throws Exception {
        authority.issue("n1", "one.example", directory("n1"));
        authority.issue("n2", "two.example", directory("n2"));

        handshake(context(directory("n1")), context(directory("n2")), "one.example");
        assertThatThrownBy(() -> handshake(context(directory("n1")), context(directory("n2")), "two.example"))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void aCertificateSaysWhoForWhatAndHowLong() throws Exception {
        authority.issue("n7", "10.0.0.7", directory("n7"));

        var node = certificate(directory("n7").resolve("node.crt"));
        assertThat(node.getSubjectX500Principal().getName()).isEqualTo("CN=n7");
        assertThat(node.getSubjectAlternativeNames()).containsExactly(List.of(7, "10.0.0.7"));
        assertThat(node.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(node.getBasicConstraints()).isEqualTo(-1);
        node.checkValidity(Date.from(now.plus(Duration.ofDays(729))));
        assertThat(node.getNotAfter()).isBefore(Date.from(now.plus(Duration.ofDays(731))));
        certificate(directory("n7").resolve("ca.crt")).checkValidity(Date.from(now.plus(Duration.ofDays(3650))));
        assertThat(directory("n7").toFile().list()).containsExactlyInAnyOrder("ca.crt", "node.crt", "node.key");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory("n7").resolve("node.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void theAuthorityGoesOnFromItsFiles() throws Exception {
        authority.issue("n1", "localhost", directory("n1"));
        authority.writeKey(directory("n1"));

        CertificateAuthority.read(directory("n1"), InstantSource.fixed(now), new SecureRandom())
                .issue("n2", "localhost", directory("n2"));

        handshake(context(directory("n1")), context(directory("n2")), "localhost");
    }

    @Test
    void filesThatAreNoAuthorityAreNamed() throws Exception {
        authority.issue("n1", "localhost", directory("n1"));
        var random = new SecureRandom();
        assertThatThrownBy(() -> CertificateAuthority.read(directory("n1"), InstantSource.fixed(now), random))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ca.key is missing");

        Files.writeString(directory("n1").resolve("ca.key"), "no key");
        assertThatThrownBy(() -> CertificateAuthority.read(directory("n1"), InstantSource.fixed(now), random))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ca.key");
    }

    private static CertificateAuthority authority(Instant at) {
        return CertificateAuthority.create(CLUSTER, InstantSource.fixed(at), new SecureRandom());
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    /** Both show their certificates; the client also compares the server's with the host it meant to reach. */
    private static void handshake(SSLContext server, SSLContext client, String host) throws SSLException {
        var serverEngine = server.createSSLEngine();
        serverEngine.setUseClientMode(false);
        serverEngine.setNeedClientAuth(true);
        var clientEngine = client.createSSLEngine(host, 7400);
        clientEngine.setUseClientMode(true);
        var parameters = clientEngine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        clientEngine.setSSLParameters(parameters);
        var toServer = ByteBuffer.allocate(1 << 17);
        var toClient = ByteBuffer.allocate(1 << 17);
        clientEngine.beginHandshake();
        serverEngine.beginHandshake();
        for (int step = 0; step < 100 && (isShaking(clientEngine) || isShaking(serverEngine)); step++) {
            step(clientEngine, toClient, toServer);
            step(serverEngine, toServer, toClient);
        }
        assertThat(isShaking(clientEngine) || isShaking(serverEngine)).isFalse();
    }

    private static boolean isShaking(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            }
            case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
            default -> {
                in.flip();
                engine.unwrap(in, ByteBuffer.allocate(1 << 15));
                in.compact();
            }
        }
    }

    private static SSLContext context(Path files) throws Exception {
        var pem = Files.readString(files.resolve("node.key")).replaceAll("-----[A-Z ]+-----|\\s", "");
        PrivateKey key = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry("node", key, new char[0], new Certificate[] {certificate(files.resolve("node.crt"))});
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", certificate(files.resolve("ca.crt")));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), new SecureRandom());
        return context;
    }

    private static X509Certificate certificate(Path file) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
    }
}
