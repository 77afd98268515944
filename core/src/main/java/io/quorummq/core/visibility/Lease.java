/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.visibility;

/**
 * What is remembered of a message that was handed out: kept in the journal, so that neither a restart nor a failover
 * shortens a lease, doubles it or forgets a count. A lease that ran out stays behind for its count. Times are
 * milliseconds since the epoch.
 *
 * @param recordId the id of the journal record that holds this
 * @param paged whether the message lay on a page when it was handed out
 * @param handle the receipt handle, or {@link #NO_HANDLE} for a redelivery delay, which nobody owns
 * @param visibleAt from when on the message may be seen again
 * @param receiveCount how often the message was handed out
 * @param firstReceived when it was handed out for the first time
 */
public record Lease(
        long recordId,
        long messageId,
        boolean paged,
        long handle,
        long visibleAt,
        int receiveCount,
        long firstReceived) {
    /** In place of a handle where a message is hidden on nobody's behalf. */
    public static final long NO_HANDLE = -1;

    /** Whether the message is hidden at this time. */
    public boolean hidesAt(long now) {
        return visibleAt > now;
    }

    /** Whether a receiver holds the message at this time, and its handle deletes it. */
    public boolean ownedAt(long now) {
        return handle != NO_HANDLE && hidesAt(now);
    }
}
