/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

/** The connection of a client whose request is being worked on. */
interface ClientConnection {
    /**
     * Runs the task, once, when the client closes the connection before {@link #stopWatching} is called; at once if it
     * has done so. The task runs on a thread of the server and must not block. There is one task at a time.
     */
    void watch(Runnable whenClosed);

    /** Ends the watch, unless it is by now that of another task. */
    void stopWatching(Runnable whenClosed);
}
