/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.nio.charset.StandardCharsets;

/** The name under which a file is found, such as {@code journal/activemq-data-1.amq}; only the name table knows it, the disk does not. */
public record FileName(String value) implements Comparable<FileName> {
    /** The longest name, in bytes of UTF-8. */
    public static final int BYTES_MAX = 512;

    public FileName {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > BYTES_MAX) {
            throw new IllegalArgumentException("file name of " + bytes + " bytes: allowed are 1 to " + BYTES_MAX);
        }
        if (value.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '\\' || Character.isSurrogate((char) c))) {
            throw new IllegalArgumentException(
                    "file name \"" + value + "\": control characters and \\ are not allowed");
        }
        for (String part : value.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException(
                        "file name \"" + value + "\": it must be relative, without empty parts, \".\" and \"..\"");
            }
        }
    }

    @Override
    public int compareTo(FileName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
