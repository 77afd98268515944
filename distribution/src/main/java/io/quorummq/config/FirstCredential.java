/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.Credential;
import java.security.SecureRandom;
import java.util.Map;

/** The credential that a new home begins with: the environment's, else one drawn by lot. */
public final class FirstCredential {
    private static final String ID = "QUORUMMQ_SECRET_ID";
    private static final String KEY = "QUORUMMQ_SECRET_KEY";
    private static final String SIGNING_PREFIX = "AKID";
    private static final String CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int LENGTH = 32;

    private final Map<String, String> environment;
    private final SecureRandom random;

    /** Looks into this environment, draws from this source. */
    public FirstCredential(Map<String, String> environment, SecureRandom random) {
        this.environment = environment;
        this.random = random;
    }

    /** Refuses an environment that has one half of a credential. */
    public Credential get() {
        var id = environment.getOrDefault(ID, "");
        var key = environment.getOrDefault(KEY, "");
        if (id.isEmpty() && key.isEmpty()) {
            return generated(random);
        }
        if (id.isEmpty() || key.isEmpty()) {
            throw new ConfigurationException((id.isEmpty() ? KEY : ID) + " is set in the environment, but "
                    + (id.isEmpty() ? ID : KEY) + " is not: set both or none");
        }
        return new Credential(id, key);
    }

    /** Where everything of a new home is drawn from. */
    SecureRandom random() {
        return random;
    }

    /** A credential that can do everything, of about 190 random bits each in id and key. */
    public static Credential generated(SecureRandom random) {
        return new Credential(SIGNING_PREFIX + text(random), text(random));
    }

    private static String text(SecureRandom random) {
        return random.ints(LENGTH, 0, CHARACTERS.length())
                .mapToObj(CHARACTERS::charAt)
                .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
                .toString();
    }
}
