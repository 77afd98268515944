/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.Credentials;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.activemq.artemis.spi.core.security.scram.SCRAM;
import org.apache.activemq.artemis.spi.core.security.scram.ScramException;
import org.apache.activemq.artemis.spi.core.security.scram.ScramUtils;
import org.apache.activemq.artemis.spi.core.security.scram.UserData;

/**
 * What the server side of SCRAM-SHA-256 knows of each credential, derived from the stored key on its first login.
 *
 * <p>Deriving costs milliseconds by intent, so the outcome is kept while the credential exists unchanged. Salts are
 * stable for the life of the process. An unknown user gets a salt as well, and data that no password fits, so that the
 * exchange does not tell who exists; that costs nothing, so that unknown users cannot keep the server busy.
 */
final class ScramSecrets {
    private static final int ITERATIONS = 4096;
    private static final int KEY_BYTES = 32;

    private final Credentials credentials;
    private final byte[] processKey = new byte[KEY_BYTES];
    private final ConcurrentMap<String, ScramSecret> derived = new ConcurrentHashMap<>();

    ScramSecrets(Credentials credentials, SecureRandom random) {
        this.credentials = credentials;
        random.nextBytes(processKey);
    }

    /** What to answer this user's login with; of the user's credential if there is one. */
    ScramSecret of(String user) {
        var credential = credentials.find(user);
        if (credential.isEmpty()) {
            derived.remove(user);
            return new ScramSecret.OfNobody(unmatchable(user));
        }
        return derived.compute(
                user,
                (id, known) -> known instanceof ScramSecret.OfCredential secret
                                && secret.credential().equals(credential.get())
                        ? secret
                        : derive(credential.get()));
    }

    private ScramSecret derive(Credential credential) {
        try {
            var data = ScramUtils.byteArrayToStringData(ScramUtils.newPassword(
                    credential.secretKey(),
                    pseudoRandom("salt", credential.secretId()),
                    ITERATIONS,
                    MessageDigest.getInstance(SCRAM.SHA256.getDigest()),
                    Mac.getInstance(SCRAM.SHA256.getHmac())));
            return new ScramSecret.OfCredential(
                    credential, new UserData(data.salt, data.iterations, data.serverKey, data.storedKey));
        } catch (GeneralSecurityException | ScramException e) {
            throw new IllegalStateException("cannot derive the SCRAM data of " + credential, e);
        }
    }

    private UserData unmatchable(String user) {
        var base64 = Base64.getEncoder();
        return new UserData(
                base64.encodeToString(pseudoRandom("salt", user)),
                ITERATIONS,
                base64.encodeToString(pseudoRandom("server key", user)),
                base64.encodeToString(pseudoRandom("stored key", user)));
    }

    private byte[] pseudoRandom(String purpose, String user) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(processKey, mac.getAlgorithm()));
            return mac.doFinal((purpose + '\0' + user).getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256", e);
        }
    }
}
