/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import java.time.Duration;

/**
 * What bounds the memory of delayed messages.
 *
 * @param memoryBytes the memory that they may take, in all queues together: half of it those in their queues, the rest those
 *     that were read from buckets
 * @param nearest how far ahead a message may be due that waits in its queue from the first; what is due later never does, because
 *     it would keep others from it for too long
 */
public record DelayLimits(long memoryBytes, Duration nearest) {}
