/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.credential.SignedRequest.LeftOut;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs CMQ's HTTP requests and verifies their signatures.
 *
 * <p>One instance serves all threads. It keeps one {@link Mac} per thread and method, keyed anew when another credential
 * comes by, because making one costs more than using it.
 */
public final class HttpSignature {
    private static final LeftOut[] VARIANTS = LeftOut.values();

    private final ThreadLocal<EnumMap<SignatureMethod, KeyedMac>> macs =
            ThreadLocal.withInitial(() -> new EnumMap<>(SignatureMethod.class));

    /** The value of the parameter {@code Signature} for this request; a signature it already has is ignored. */
    public String sign(Credential credential, SignedRequest request, String path) {
        return new String(signature(credential, request, path, LeftOut.NOTHING), ISO_8859_1);
    }

    /**
     * Whether the request's own parameter {@code Signature} was made with this credential's key, for any of these paths
     * and any of the ways in which SDKs leave out values: all signed, none that begins with {@code @} (POST only), none
     * that is empty. Compares in constant time. The caller checks the request's age and whether its id can sign.
     */
    public boolean verify(Credential credential, SignedRequest request, List<String> paths) {
        var given = request.signature().getBytes(ISO_8859_1);
        for (var leftOut : VARIANTS) {
            if (request.has(leftOut)) {
                for (var path : paths) {
                    if (MessageDigest.isEqual(signature(credential, request, path, leftOut), given)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private byte[] signature(Credential credential, SignedRequest request, String path, LeftOut leftOut) {
        var text = request.textToSign(path, leftOut).getBytes(UTF_8);
        var mac = macs.get().computeIfAbsent(request.signatureMethod(), KeyedMac::new);
        return Base64.getEncoder().encode(mac.of(credential, text));
    }

    /** One thread's Mac, and the credential whose key it holds. */
    private static final class KeyedMac {
        private final Mac mac;
        private @Nullable Credential keyOf;

        private KeyedMac(SignatureMethod method) {
            try {
                mac = Mac.getInstance(method.parameterValue());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java has no " + method.parameterValue(), e);
            }
        }

        private byte[] of(Credential credential, byte[] text) {
            if (!credential.equals(keyOf)) {
                try {
                    keyOf = null;
                    mac.init(new SecretKeySpec(credential.secretKey().getBytes(UTF_8), mac.getAlgorithm()));
                    keyOf = credential;
                } catch (GeneralSecurityException e) {
                    throw new IllegalStateException("the key of " + credential + " cannot be used", e);
                }
            }
            return mac.doFinal(text);
        }
    }
}
