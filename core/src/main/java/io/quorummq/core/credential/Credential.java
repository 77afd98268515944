/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * One login: the id, which is the user name of JMS and AMQP, and the key, which is the password there and the HMAC key
 * of signed HTTP requests.
 */
public record Credential(String secretId, String secretKey) {
    private static final String SIGNING_PREFIX = "AKID";
    private static final String GENERATED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int GENERATED_CHARACTERS = 32;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,127}");
    /** Visible ASCII only, which every protocol's own string preparation leaves as it is. */
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,256}");

    /** Refuses with {@link CredentialException} what cannot be stored or sent unchanged by every protocol. */
    public Credential {
        if (!ID.matcher(secretId).matches()) {
            throw new CredentialException("secretId \"" + CredentialException.shown(secretId)
                    + "\" is not allowed: 1 to 128 letters, digits and . _ @ -, beginning with a letter or a digit");
        }
        if (!KEY.matcher(secretKey).matches()) {
            throw new CredentialException("the secretKey of " + secretId
                    + " is not allowed: 1 to 256 visible ASCII characters without blanks");
        }
    }

    /** A new credential that can sign, with 190 random bits in the id and as many in the key. */
    public static Credential generate(SecureRandom random) {
        return new Credential(SIGNING_PREFIX + randomText(random), randomText(random));
    }

    private static String randomText(SecureRandom random) {
        var text = new StringBuilder(GENERATED_CHARACTERS);
        for (var i = 0; i < GENERATED_CHARACTERS; i++) {
            text.append(GENERATED.charAt(random.nextInt(GENERATED.length())));
        }
        return text.toString();
    }

    /** Whether HTTP requests can be signed by this credential: CMQ demands ids that begin with {@code AKID}. */
    public boolean canSign() {
        return canSign(secretId);
    }

    /** Whether an id of this form can sign HTTP requests. */
    public static boolean canSign(String secretId) {
        return secretId.startsWith(SIGNING_PREFIX);
    }

    /** The id alone: a key must not reach a log by accident. */
    @Override
    public String toString() {
        return "Credential[" + secretId + "]";
    }
}
