/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.HttpSignature;
import io.quorummq.core.credential.SignatureMethod;
import io.quorummq.core.credential.SignedRequest;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the signed form of one call: the caller's parameters, the common ones, and the signature over all of them. */
final class SignedForm {
    private static final String METHOD = SignatureMethod.HMAC_SHA256.parameterValue();

    private final Endpoint endpoint;
    private final Credential credential;
    private final HttpSignature signature = new HttpSignature();
    private final InstantSource clock;
    private final AtomicInteger nonce;

    SignedForm(Endpoint endpoint, Credential credential, InstantSource clock, int firstNonce) {
        this.endpoint = endpoint;
        this.credential = credential;
        this.clock = clock;
        this.nonce = new AtomicInteger(firstNonce);
    }

    /** The body of a POST. */
    byte[] of(String action, Map<String, String> parameters) {
        var all = new HashMap<>(parameters);
        all.put("Action", action);
        all.put("Nonce", Integer.toString(nonce.incrementAndGet() & Integer.MAX_VALUE));
        all.put("SecretId", credential.secretId());
        all.put("SignatureMethod", METHOD);
        all.put("Timestamp", Long.toString(clock.instant().getEpochSecond()));
        var request = new SignedRequest("POST", endpoint.host(), all);
        all.put("Signature", signature.sign(credential, request, endpoint.path()));
        return encoded(all);
    }

    private static byte[] encoded(Map<String, String> parameters) {
        int size = 0;
        for (var parameter : parameters.entrySet()) {
            size += parameter.getKey().length() + parameter.getValue().length() + 2;
        }
        var form = new Bytes(size + 64);
        var first = true;
        for (var parameter : parameters.entrySet()) {
            if (!first) {
                form.add('&');
            }
            first = false;
            form.addFormEncoded(parameter.getKey().getBytes(UTF_8));
            form.add('=');
            form.addFormEncoded(parameter.getValue().getBytes(UTF_8));
        }
        return form.toArray();
    }
}
