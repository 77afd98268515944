/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import java.util.Arrays;
import java.util.Map;

/**
 * The parts of an HTTP request that its signature covers.
 *
 * <p>The string to sign is {@code METHOD + host + path + "?" + key=value&...}: every parameter but {@code Signature} in
 * byte order of its key, each underscore of a key as a dot, values as decoded text.
 *
 * <p>An instance sorts its parameters once and is meant for one thread.
 */
public final class SignedRequest {
    private static final String SIGNATURE = "Signature";
    private static final String SIGNATURE_METHOD = "SignatureMethod";

    private final String method;
    private final String host;
    private final Map<String, String> parameters;
    private final String[] keys;

    /**
     * @param method {@code GET} or {@code POST} in upper case
     * @param host the Host header exactly as received or sent, its port included where there is one
     * @param parameters decoded keys and values; not copied, and not to be changed while this request is in use
     */
    public SignedRequest(String method, String host, Map<String, String> parameters) {
        this.method = method;
        this.host = host;
        this.parameters = parameters;
        this.keys = parameters.keySet().toArray(String[]::new);
        Arrays.sort(keys, SignedRequest::compareBytes);
    }

    /** The hash that the request's parameter {@code SignatureMethod} asks for. */
    public SignatureMethod signatureMethod() {
        return SignatureMethod.named(parameters.get(SIGNATURE_METHOD));
    }

    /** The signature that came with the request; empty when none did. */
    String signature() {
        return parameters.getOrDefault(SIGNATURE, "");
    }

    /** What is signed, without the parameters that some SDK families leave out. */
    String textToSign(String path, LeftOut leftOut) {
        var text = new StringBuilder(lengthAtMost(path));
        text.append(method).append(host).append(path).append('?');
        var separator = "";
        for (var key : keys) {
            var value = value(key);
            if (!SIGNATURE.equals(key) && !leftOut.covers(value)) {
                text.append(separator);
                appendKey(text, key);
                text.append('=').append(value);
                separator = "&";
            }
        }
        return text.toString();
    }

    /** Whether leaving these values out makes another string than the one with all parameters. */
    boolean has(LeftOut leftOut) {
        if (leftOut == LeftOut.NOTHING) {
            return true;
        }
        if (leftOut == LeftOut.AT_VALUES && !"POST".equals(method)) {
            return false;
        }
        for (var key : keys) {
            if (leftOut.covers(value(key))) {
                return true;
            }
        }
        return false;
    }

    private String value(String key) {
        return parameters.getOrDefault(key, "");
    }

    private int lengthAtMost(String path) {
        var length = method.length() + host.length() + path.length() + 1;
        for (var key : keys) {
            length += key.length() + value(key).length() + 2;
        }
        return length;
    }

    private static void appendKey(StringBuilder text, String key) {
        if (key.indexOf('_') < 0) {
            text.append(key);
        } else {
            text.append(key.replace('_', '.'));
        }
    }

    /** The order of the keys' UTF-8 bytes, which differs from Java's own only beyond the basic plane. */
    private static int compareBytes(String left, String right) {
        var shorter = Math.min(left.length(), right.length());
        for (var i = 0; i < shorter; i++) {
            var a = left.charAt(i);
            var b = right.charAt(i);
            if (a != b) {
                return Character.isSurrogate(a) == Character.isSurrogate(b)
                        ? Character.compare(a, b)
                        : Integer.compare(left.codePointAt(i), right.codePointAt(i));
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /** The values that an SDK family sends but does not sign. */
    enum LeftOut {
        NOTHING {
            @Override
            boolean covers(String value) {
                return false;
            }
        },
        /** The PHP and Python SDKs leave out values that begin with an at sign, in POST requests only. */
        AT_VALUES {
            @Override
            boolean covers(String value) {
                return !value.isEmpty() && value.charAt(0) == '@';
            }
        },
        EMPTY_VALUES {
            @Override
            boolean covers(String value) {
                return value.isEmpty();
            }
        };

        abstract boolean covers(String value);
    }
}
