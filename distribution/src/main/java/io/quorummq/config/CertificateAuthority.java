/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.DurableFile;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemObjectGenerator;

/**
 * Who says which nodes belong to a cluster: signs the certificate by which each node shows itself to the others. Its key lies on one
 * instance only, the one that can admit nodes.
 */
public final class CertificateAuthority {
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3652);
    private static final Duration NODE_LIFE = Duration.ofDays(730);
    /** Clocks of other machines may be behind ours. */
    private static final Duration CLOCKS_APART_MAX = Duration.ofHours(1);

    private static final int SERIAL_BITS = 127;
    private static final String CERTIFICATE = "ca.crt";
    private static final String KEY = "ca.key";
    private static final String SIGNATURE = "SHA256withECDSA";

    private final X509CertificateHolder certificate;
    private final PrivateKey key;
    private final InstantSource clock;
    private final SecureRandom random;

    private CertificateAuthority(
            X509CertificateHolder certificate, PrivateKey key, InstantSource clock, SecureRandom random) {
        this.certificate = certificate;
        this.key = key;
        this.clock = clock;
        this.random = random;
    }

    /** A new one, valid for ten years. */
    static CertificateAuthority create(UUID clusterId, InstantSource clock, SecureRandom random) {
        try {
            var pair = newPair(random);
            var name = name("QuorumMQ cluster " + clusterId);
            var builder = builder(name, name, pair, AUTHORITY_LIFE, clock, random)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            return new CertificateAuthority(sign(builder, pair.getPrivate()), pair.getPrivate(), clock, random);
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("this Java cannot make certificates: " + e, e);
        }
    }

    /** The one whose key lies in this directory; refuses a directory without it. */
    public static CertificateAuthority read(Path directory, InstantSource clock, SecureRandom random) {
        var certificate = parsed(directory.resolve(CERTIFICATE), X509CertificateHolder.class);
        var keyInfo = parsed(directory.resolve(KEY), PrivateKeyInfo.class);
        try {
            return new CertificateAuthority(
                    certificate, new JcaPEMKeyConverter().getPrivateKey(keyInfo), clock, random);
        } catch (IOException e) {
            throw new ConfigurationException(directory.resolve(KEY) + " cannot be used as a private key: " + e, e);
        }
    }

    /** Writes what lets the instance of this directory sign for further nodes. */
    void writeKey(Path directory) {
        new DurableFile(directory.resolve(KEY)).write(pem(pkcs8(key)));
    }

    /** Writes key and certificate of a node, valid for two years, and by whom it is to know the others. */
    void issue(String label, String host, Path directory) {
        try {
            var pair = newPair(random);
            var extensions = new JcaX509ExtensionUtils();
            var builder = builder(certificate.getSubject(), name(label), pair, NODE_LIFE, clock, random)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                        KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                    }))
                    .addExtension(Extension.subjectAlternativeName, false, names(new HostName(host)))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(certificate));
            var signed = sign(builder, key);
            new DurableFile(directory.resolve("node.key")).write(pem(pkcs8(pair.getPrivate())));
            new DurableFile(directory.resolve("node.crt")).write(pem(signed));
            new DurableFile(directory.resolve(CERTIFICATE)).write(pem(certificate));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("this Java cannot make certificates: " + e, e);
        }
    }

    private static GeneralNames names(HostName host) {
        var all = new LinkedHashSet<>(Set.of(host.text()));
        if (host.isLoopback()) {
            all.add("localhost");
            all.add("127.0.0.1");
            all.add("::1");
        }
        return new GeneralNames(all.stream()
                .map(name -> new GeneralName(
                        new HostName(name).isAddress() ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new));
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, KeyPair pair, Duration life, InstantSource clock, SecureRandom random) {
        var now = clock.instant();
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
                Date.from(now.minus(CLOCKS_APART_MAX)),
                Date.from(now.plus(life)),
                subject,
                pair.getPublic());
    }

    private static X509CertificateHolder sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException {
        return builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key));
    }

    private static KeyPair newPair(SecureRandom random) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static X500Name name(String common) {
        return new X500NameBuilder().addRDN(BCStyle.CN, common).build();
    }

    private static PemObject pkcs8(PrivateKey key) {
        return new PemObject("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(Object what) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            if (what instanceof PemObjectGenerator generator) {
                writer.writeObject(generator);
            } else {
                writer.writeObject(what);
            }
        } catch (IOException e) {
            throw new IllegalStateException("a certificate cannot be written as text: " + e, e);
        }
        return text.toString();
    }

    private static <T> T parsed(Path file, Class<T> type) {
        var text = new DurableFile(file)
                .read()
                .orElseThrow(() -> new ConfigurationException(file + " is missing: only the instance that holds it can"
                        + " make certificates; run the command there"));
        try (var parser = new PEMParser(new StringReader(text))) {
            var read = parser.readObject();
            if (type.isInstance(read)) {
                return type.cast(read);
            }
            throw new ConfigurationException(file + " does not hold what it should, in PEM format");
        } catch (IOException e) {
            throw new ConfigurationException(file + " is not in PEM format: " + e.getMessage(), e);
        }
    }
}
