/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import org.jspecify.annotations.Nullable;

/** The hash that an HTTP request's signature is made with, as its parameter {@code SignatureMethod} names it. */
public enum SignatureMethod {
    HMAC_SHA1("HmacSHA1"),
    HMAC_SHA256("HmacSHA256");

    private final String parameterValue;

    SignatureMethod(String parameterValue) {
        this.parameterValue = parameterValue;
    }

    /** The method of a request whose parameter has this value: SHA-1 for everything but {@code HmacSHA256}. */
    public static SignatureMethod named(@Nullable String parameterValue) {
        return HMAC_SHA256.parameterValue.equals(parameterValue) ? HMAC_SHA256 : HMAC_SHA1;
    }

    /** The value of the parameter, which is also the name of the algorithm in Java. */
    public String parameterValue() {
        return parameterValue;
    }
}
