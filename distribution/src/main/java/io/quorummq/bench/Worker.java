/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

/** One producer or consumer of a round. What goes wrong in it ends it and is told to the round's meter. */
interface Worker extends AutoCloseable {
    /** Begins; called once. */
    void start();

    /** Whether it has come to its end: nothing more to send, receiving stopped, or a failure. */
    boolean ended();

    /** Frees its connection; called once, ended or not. */
    @Override
    void close();
}
