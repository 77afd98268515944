/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.Credentials;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnection;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager5;
import org.apache.activemq.artemis.spi.core.security.jaas.UserPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * Answers Artemis' question who may come in: secretId and secretKey are user and password of every protocol.
 *
 * <p>Whoever is in may do everything: all credentials share one name space. A connection inside this process that names
 * no user is the node's own, or a plugin's, and need not log in. Nobody else comes in without a credential.
 *
 * <p>Artemis asks on each login and again for each permission it checks, so that a removed credential ends also what its
 * open connections can do.
 */
public final class CredentialSecurityManager implements ActiveMQSecurityManager5 {
    private static final String INTERNAL_USER = "internal";

    private final Credentials credentials;
    private final ScramSecrets scramSecrets;
    private final FailedLogins failedLogins;

    /** The random numbers salt the SCRAM secrets; the clock limits the log lines about refused logins. */
    public CredentialSecurityManager(Credentials credentials, InstantSource clock, SecureRandom random) {
        this.credentials = credentials;
        this.scramSecrets = new ScramSecrets(credentials, random);
        this.failedLogins = new FailedLogins(clock);
    }

    @Override
    public @Nullable Subject authenticate(
            @Nullable String user,
            @Nullable String password,
            @Nullable RemotingConnection connection,
            @Nullable String securityDomain) {
        if (user == null) {
            return isInternal(password, connection)
                    ? subjectOf(INTERNAL_USER)
                    : refused(null, connection, "it names no user");
        }
        var credential = credentials.find(user).orElse(null);
        if (credential == null) {
            return refused(user, connection, "there is no such credential");
        }
        if (password == null) {
            return isProvedByScram(credential, connection)
                    ? subjectOf(user)
                    : refused(user, connection, "it sent no password");
        }
        return MessageDigest.isEqual(credential.secretKey().getBytes(UTF_8), password.getBytes(UTF_8))
                ? subjectOf(user)
                : refused(user, connection, "wrong password");
    }

    @Override
    public boolean authorize(@Nullable Subject subject, Set<Role> roles, CheckType checkType, String address) {
        return subject != null;
    }

    @Override
    public boolean validateUser(@Nullable String user, @Nullable String password) {
        return authenticate(user, password, null, null) != null;
    }

    @Override
    public boolean validateUserAndRole(
            @Nullable String user, @Nullable String password, Set<Role> roles, CheckType checkType) {
        return validateUser(user, password);
    }

    ScramSecrets scramSecrets() {
        return scramSecrets;
    }

    FailedLogins failedLogins() {
        return failedLogins;
    }

    private @Nullable Subject refused(@Nullable String user, @Nullable RemotingConnection connection, String reason) {
        failedLogins.add(user, connection == null ? null : connection.getRemoteAddress(), reason);
        return null;
    }

    private static boolean isInternal(@Nullable String password, @Nullable RemotingConnection connection) {
        return password == null && connection != null && connection.getTransportConnection() instanceof InVMConnection;
    }

    /** SCRAM never hands over the password: what it leaves is its proof, on the connection it was given on. */
    private static boolean isProvedByScram(Credential credential, @Nullable RemotingConnection connection) {
        var subject = connection == null ? null : connection.getSubject();
        return subject != null && subject.getPublicCredentials().contains(new ScramProof(credential));
    }

    private static Subject subjectOf(String user) {
        return new Subject(true, Set.<Principal>of(new UserPrincipal(user)), Set.of(), Set.of());
    }
}
