/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.Credentials;
import io.quorummq.core.credential.HttpSignature;
import io.quorummq.core.credential.SignedRequest;
import io.quorummq.rest.action.Params;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * Decides whether a request comes from who it says. In this order: what is missing (4000/10390), the form of the
 * parameters (4000/10360, 4000/10450), the id (4100/10270), then time and signature (4100/10030), which do not say which
 * of them it was. The same request may come any number of times: published SDKs repeat their nonces.
 */
final class Authentication {
    private static final String DOCUMENTED_PATH = "/v2/index.php";
    private static final List<String> REQUIRED = List.of("Action", "Timestamp", "Nonce", "SecretId", "Signature");

    private final HttpSignature signatures = new HttpSignature();
    private final Credentials credentials;
    private final InstantSource clock;
    private final long windowSeconds;

    Authentication(Credentials credentials, InstantSource clock, Duration window) {
        this.credentials = credentials;
        this.clock = clock;
        this.windowSeconds = window.toSeconds();
    }

    void check(CmqRequest request, Params params) {
        for (var name : REQUIRED) {
            params.required(name);
        }
        var timestamp = params.requiredLong("Timestamp");
        params.unsignedLong("Nonce");
        var secretId = params.required("SecretId");
        if (!Credential.canSign(secretId)) {
            throw CmqError.SECRET_ID_FORMAT.because("SecretId", secretId);
        }
        var credential =
                credentials.find(secretId).orElseThrow(() -> CmqError.SECRET_ID_UNKNOWN.because("SecretId", secretId));
        var now = clock.instant().getEpochSecond();
        if (timestamp < now - windowSeconds || timestamp > now + windowSeconds) {
            throw CmqError.AUTHENTICATION_FAILED.exception();
        }
        // The PHP SDK asks for another path than it signs.
        var paths = request.path().equals(DOCUMENTED_PATH)
                ? List.of(DOCUMENTED_PATH)
                : List.of(request.path(), DOCUMENTED_PATH);
        var signed = new SignedRequest(request.method(), request.host(), params.all());
        if (!signatures.verify(credential, signed, paths)) {
            throw CmqError.AUTHENTICATION_FAILED.exception();
        }
    }
}
