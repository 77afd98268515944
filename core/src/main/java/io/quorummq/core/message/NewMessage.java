/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.message;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What a CMQ caller sends: a text and how long it stays invisible (zero: not at all). */
public record NewMessage(String body, Duration delay) {
    /** Refuses a negative delay. */
    public NewMessage {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("negative delay " + delay);
        }
    }

    /** The size of the body as CMQ counts it, in bytes of UTF-8. */
    public int size() {
        return body.getBytes(StandardCharsets.UTF_8).length;
    }
}
