/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A growing array of bytes that its owner reads in place. */
final class Bytes {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
    private static final boolean[] PLAIN = new boolean[128];

    static {
        for (char c = 0; c < PLAIN.length; c++) {
            PLAIN[c] = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-_.*".indexOf(c) >= 0;
        }
    }

    private byte[] bytes;
    private int length;

    Bytes(int capacity) {
        bytes = new byte[capacity];
    }

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    void add(ByteBuffer more) {
        int count = more.remaining();
        reserve(count);
        more.get(bytes, length, count);
        length += count;
    }

    void add(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
    }

    /** Adds a name or value of a form: what may stand plain does, a blank as +, the rest as %XX. */
    void addFormEncoded(byte[] utf8) {
        reserve(encodedLength(utf8));
        for (byte b : utf8) {
            if (b >= 0 && PLAIN[b]) {
                bytes[length++] = b;
            } else if (b == ' ') {
                bytes[length++] = '+';
            } else {
                bytes[length++] = '%';
                bytes[length++] = HEX[(b >> 4) & 15];
                bytes[length++] = HEX[b & 15];
            }
        }
    }

    private static int encodedLength(byte[] utf8) {
        int escapes = 0;
        for (byte b : utf8) {
            if (b < 0 || !PLAIN[b]) {
                escapes++;
            }
        }
        return utf8.length + 2 * escapes;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }
}
