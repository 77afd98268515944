/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.protocol.amqp.sasl.scram.SCRAMServerSASL;
import org.apache.activemq.artemis.spi.core.security.jaas.UserPrincipal;
import org.apache.activemq.artemis.spi.core.security.scram.SCRAM;
import org.apache.activemq.artemis.spi.core.security.scram.UserData;
import org.jspecify.annotations.Nullable;

/** One AMQP client's SCRAM-SHA-256 exchange; Artemis hands its subject on only if the exchange succeeds. */
final class CredentialScram extends SCRAMServerSASL {
    private static final byte[] NOTHING = {};

    private final ScramSecrets secrets;
    private final FailedLogins failedLogins;
    private final String remoteAddress;
    private @Nullable String user;
    private Set<ScramProof> proofs = Set.of();

    CredentialScram(ScramSecrets secrets, FailedLogins failedLogins, String remoteAddress)
            throws NoSuchAlgorithmException {
        super(SCRAM.SHA256);
        this.secrets = secrets;
        this.failedLogins = failedLogins;
        this.remoteAddress = remoteAddress;
    }

    /** A client that sends no initial response at all is refused like one that sends a wrong one. */
    @Override
    public byte @Nullable [] processSASL(byte @Nullable [] bytes) {
        return super.processSASL(bytes == null ? NOTHING : bytes);
    }

    @Override
    protected UserData aquireUserData(String userName) {
        user = userName;
        var secret = secrets.of(userName);
        proofs = secret.proofs();
        return secret.data();
    }

    @Override
    protected Subject createSaslSubject(String userName, UserData userData) {
        return new Subject(true, Set.<Principal>of(new UserPrincipal(userName)), proofs, Set.of());
    }

    @Override
    protected void failed(Exception e) {
        failedLogins.add(user, remoteAddress, "SCRAM: " + e.getMessage());
    }

    @Override
    public void done() {
        // nothing is kept that would have to be given back
    }
}
