/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks certificates as the JDK does, and says in the log whose was refused, and why: gRPC keeps that to itself. */
final class RefusalsTold extends X509ExtendedTrustManager {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalsTold.class);

    private final X509ExtendedTrustManager jdk;
    private volatile String lastTold = "";

    RefusalsTold(X509ExtendedTrustManager jdk) {
        this.jdk = jdk;
    }

    private interface Check {
        void run() throws CertificateException;
    }

    private void told(X509Certificate[] chain, @Nullable SSLEngine engine, Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException e) {
            var host = engine == null || engine.getPeerHost() == null ? "" : " of " + engine.getPeerHost();
            var line = "certificate" + host + ", "
                    + (chain.length == 0
                            ? "none"
                            : chain[0].getSubjectX500Principal().getName()) + ": "
                    + e.getMessage();
            // a node that is not let in tries again several times a second
            if (!line.equals(lastTold)) {
                lastTold = line;
                LOG.warn("A connection between nodes was refused for its {}", line);
            }
            throw e;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        told(chain, engine, () -> jdk.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        told(chain, engine, () -> jdk.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        told(chain, null, () -> jdk.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        told(chain, null, () -> jdk.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        told(chain, null, () -> jdk.checkClientTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        told(chain, null, () -> jdk.checkServerTrusted(chain, type));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return jdk.getAcceptedIssuers();
    }
}
