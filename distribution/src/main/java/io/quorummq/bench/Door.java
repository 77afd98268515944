/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

/** The way into one broker by one protocol: makes the workers of a round. */
interface Door extends AutoCloseable {
    /** Makes sure that the round's queues exist, as far as the protocol can. */
    void prepare() throws Exception;

    /** A connected producer that has not begun. */
    Worker producer(int index) throws Exception;

    /** A connected consumer that has not begun. */
    Worker consumer(int index) throws Exception;

    /** Removes what {@link #prepare} made and frees the connections. */
    @Override
    void close();
}
