/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;

/**
 * A node's certificate, its key, and the authority that all nodes of the cluster trust, as PEM files of one directory. They are
 * read anew for each server that starts and each connection that is made.
 */
public record TlsFiles(Path directory) {
    /** The certificates of the authorities; several while one replaces the other. */
    public static final String AUTHORITY = "ca.crt";

    /** The node's certificate, with the host of its address among the subject's alternative names. */
    public static final String CERTIFICATE = "node.crt";

    /** The node's key: PKCS#8, not encrypted. */
    public static final String KEY = "node.key";

    private static final Pattern KEY_PEM =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    /** The files of a directory, if the node has a certificate there: then TLS is in force, and the others must be there too. */
    public static Optional<TlsFiles> in(Path directory) throws IOException {
        if (!Files.exists(directory.resolve(CERTIFICATE))) {
            return Optional.empty();
        }
        for (var name : List.of(AUTHORITY, KEY)) {
            if (!Files.isReadable(directory.resolve(name))) {
                throw new IOException(directory.resolve(CERTIFICATE) + " is there, so the nodes speak TLS, but "
                        + directory.resolve(name) + " is missing or not readable");
            }
        }
        return Optional.of(new TlsFiles(directory));
    }

    /** Both sides show their certificates, and the JDK's TLS alone is used: it runs on every platform. */
    GrpcTlsConfig config() throws IOException {
        return GrpcTlsConfig.newBuilder()
                .setKeyManager(keyManager())
                .setTrustManager(new RefusalsTold(trustManager()))
                .setMutualTls(true)
                .setSslProvider(SslProvider.JDK)
                .setProtocols("TLSv1.3", "TLSv1.2")
                .build();
    }

    SslContext forServer() throws IOException {
        return GrpcUtil.buildSslContextForServer(config());
    }

    SslContext forClient() throws IOException {
        return GrpcUtil.buildSslContextForClient(config());
    }

    private KeyManager keyManager() throws IOException {
        var chain = certificates(CERTIFICATE);
        try {
            var store = emptyStore();
            store.setKeyEntry("node", key(chain[0]), new char[0], chain);
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, new char[0]);
            return managers.getKeyManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    directory.resolve(KEY) + " and " + directory.resolve(CERTIFICATE) + " do not work: "
                            + e.getMessage(),
                    e);
        }
    }

    private X509ExtendedTrustManager trustManager() throws IOException {
        var authorities = certificates(AUTHORITY);
        try {
            var store = emptyStore();
            for (var i = 0; i < authorities.length; i++) {
                store.setCertificateEntry("authority-" + i, authorities[i]);
            }
            var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            return (X509ExtendedTrustManager) managers.getTrustManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new IOException(directory.resolve(AUTHORITY) + " does not work: " + e.getMessage(), e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private X509Certificate[] certificates(String name) throws IOException {
        var file = directory.resolve(name);
        var bytes = Files.readAllBytes(file);
        try {
            var found = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
            if (found.isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return found.toArray(new X509Certificate[0]);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " is not a certificate in PEM: " + e.getMessage(), e);
        }
    }

    private PrivateKey key(X509Certificate certificate) throws IOException, GeneralSecurityException {
        var file = directory.resolve(KEY);
        var pem = KEY_PEM.matcher(Files.readString(file));
        if (!pem.find()) {
            throw new IOException(file + " is not an unencrypted key in PKCS#8 PEM (BEGIN PRIVATE KEY)");
        }
        var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm()).generatePrivate(encoded);
    }
}
