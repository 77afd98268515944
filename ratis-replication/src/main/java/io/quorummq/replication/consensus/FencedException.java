/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** This node may no longer write in the term it was writing in; the fate of what was pending is unknown. */
public final class FencedException extends IOException {
    private static final long serialVersionUID = 1L;

    FencedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
