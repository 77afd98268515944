/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

/** The JSON that answers a request, and the code in it. */
final class Answer {
    private static final int CODE_BEGINS = "{\"code\":".length();

    private final int code;
    private final byte[] json;

    Answer(int code, byte[] json) {
        this.code = code;
        this.json = json;
    }

    /** The answer of another node: an object whose first member is its code. */
    static Answer of(byte[] json) {
        var code = 0;
        for (var i = CODE_BEGINS; i < json.length && json[i] >= '0' && json[i] <= '9'; i++) {
            code = Math.addExact(Math.multiplyExact(code, 10), json[i] - '0');
        }
        return new Answer(code, json);
    }

    int code() {
        return code;
    }

    byte[] json() {
        return json;
    }
}
