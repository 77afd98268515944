/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.message;

/** The id of a stored message, written in decimal: the published SDKs' TCP protocol carries it as a uint64. */
public record MessageId(long value) {
    @Override
    public String toString() {
        return Long.toString(value);
    }
}
