/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/** The disk refused something that must not fail: this replica cannot go on and the process has to halt. */
public final class StoreFailure extends RuntimeException {
    StoreFailure(String what, Throwable cause) {
        super(what + ": " + cause, cause);
    }
}
