/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

/**
 * Hears once what became of an operation. Called in the order of the operations, on the writer's callback thread, never on the
 * thread that applies entries; it must not block for long, since all later callbacks wait behind it.
 */
public interface LogCallback {
    /** The operation is on the disks of a majority and applied on this node. */
    void committed();

    /** The operation was not confirmed: it may still come to be, or not. Nothing may be acknowledged. */
    void failed(FencedException reason);
}
