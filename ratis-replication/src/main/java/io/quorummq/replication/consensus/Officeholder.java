/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

/**
 * What runs on the leader only. Its methods are called on one thread, in turn: {@link #takeOffice}, then one of the two
 * ways to leave, and never twice for one term.
 */
public interface Officeholder {
    /**
     * This node leads and has applied all entries of earlier terms: start serving, writing through the office's log.
     *
     * @throws Exception serving is impossible: everything begun has been closed again, and this node will step down
     */
    void takeOffice(Office office) throws Exception;

    /**
     * The office is being given away while it still can be used: stop serving, finish writing. The log is fenced when this
     * returns, whether normally or not.
     */
    void handOver(Office office) throws Exception;

    /** The office is lost and its log fenced: stop serving at once; nothing can be written any more. */
    void loseOffice(Office office) throws Exception;

    /** Another node leads, or none that is known: to be noted only, on whatever thread. */
    default void leaderChanged() {}
}
