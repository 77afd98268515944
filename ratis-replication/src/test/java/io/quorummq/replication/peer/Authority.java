/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority of its own for one test, which issues what nodes keep in their directories. */
public final class Authority {
    private static final Duration YEAR = Duration.ofDays(365);

    private final KeyPair keys = newKeys();
    private final X509Certificate certificate =
            issue("CN=authority of a test", keys, Instant.now().plus(YEAR), true);
    private int serial = 1;

    /** Files of a node at 127.0.0.1. */
    public TlsFiles filesIn(Path directory) throws IOException {
        return filesIn(directory, Instant.now().plus(YEAR));
    }

    TlsFiles filesIn(Path directory, Instant until) throws IOException {
        var node = newKeys();
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(TlsFiles.AUTHORITY), pem(certificate));
        Files.writeString(
                directory.resolve(TlsFiles.CERTIFICATE),
                pem(issue("CN=" + directory.getFileName(), node, until, false)));
        Files.writeString(directory.resolve(TlsFiles.KEY), pem(new JcaPKCS8Generator(node.getPrivate(), null)));
        return TlsFiles.in(directory).orElseThrow();
    }

    private static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate issue(String subject, KeyPair holder, Instant until, boolean authority) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                            new X500Name("CN=authority of a test"),
                            BigInteger.valueOf(++serial),
                            Date.from(until.minus(YEAR.multipliedBy(2))),
                            Date.from(until),
                            new X500Name(subject),
                            holder.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority))
                    .addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(Object object) throws IOException {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
