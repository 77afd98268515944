/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.util.OptionalLong;

/**
 * What a server holds at one moment.
 *
 * @param heapBytes live objects of its Java heaps after a collection, when that was asked for
 * @param diskBytes sizes of the files in its data directories, when some were named
 * @param residentKilobytes memory of its processes; 0 when none was named
 */
record ServerState(OptionalLong heapBytes, OptionalLong diskBytes, long residentKilobytes) {
    /** How a round changed it. */
    record Change(ServerState before, ServerState after) {}
}
