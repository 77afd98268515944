/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import io.quorummq.core.CmqError;
import io.quorummq.core.CmqException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Parses {@code a=b&c=d} with percent-encoded UTF-8; a plus is a blank. Refuses bad escapes and bytes that are not UTF-8
 * (4000/10420), a parameter that comes twice (4000/10330), and too many of them (4000/10000).
 */
final class FormParser {
    private static final int PARAMETERS_MAX = 256;

    private final byte[] form;
    private final String what;
    private final byte[] decoded;

    private FormParser(byte[] form, String what) {
        this.form = form;
        this.what = what;
        this.decoded = new byte[form.length];
    }

    /** @param what "query" or "body", for the refusals */
    static Map<String, String> parse(byte[] form, String what) {
        return new FormParser(form, what).parameters();
    }

    private Map<String, String> parameters() {
        var parameters = new HashMap<String, String>(32);
        var from = 0;
        while (from < form.length) {
            var end = indexOf((byte) '&', from, form.length);
            if (end > from) {
                var equals = indexOf((byte) '=', from, end);
                var key = text(from, equals);
                var value = text(Math.min(equals + 1, end), end);
                if (parameters.put(key, value) != null) {
                    throw CmqError.NOT_REPEATABLE.naming(key);
                }
                if (parameters.size() > PARAMETERS_MAX) {
                    throw CmqError.INVALID_PARAMETERS.naming("more than " + PARAMETERS_MAX + " parameters");
                }
            }
            from = end + 1;
        }
        return parameters;
    }

    private int indexOf(byte wanted, int from, int to) {
        for (var i = from; i < to; i++) {
            if (form[i] == wanted) {
                return i;
            }
        }
        return to;
    }

    private String text(int from, int to) {
        var length = 0;
        var bits = 0;
        for (var i = from; i < to; i++) {
            var b = form[i];
            if (b == '+') {
                b = ' ';
            } else if (b == '%') {
                b = escaped(i, to);
                i += 2;
            }
            bits |= b;
            decoded[length++] = b;
        }
        if (bits >= 0) {
            return new String(decoded, 0, length, StandardCharsets.ISO_8859_1);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(decoded, 0, length))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw cannotParse("bytes that are not UTF-8");
        }
    }

    private byte escaped(int percent, int to) {
        var high = percent + 2 < to ? Character.digit(form[percent + 1], 16) : -1;
        var low = percent + 2 < to ? Character.digit(form[percent + 2], 16) : -1;
        if (high < 0 || low < 0) {
            throw cannotParse("a percent sign without two hexadecimal digits");
        }
        return (byte) (high << 4 | low);
    }

    private CmqException cannotParse(String why) {
        return CmqError.CANNOT_PARSE.because(what, why);
    }
}
