/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import java.time.Instant;
import java.util.Optional;

/**
 * How many messages of a queue are in which state right now; approximate while messages move.
 *
 * @param active visible now
 * @param leased received, not deleted, still invisible; those in delivery to JMS and AMQP consumers included
 * @param delayed sent or returned with a delay that has not run out
 * @param paged how many of them all lie on pages on the disk rather than in the journal
 * @param added how many messages came into the queue since the broker started
 * @param acknowledged how many were deleted by CMQ callers or acknowledged by JMS and AMQP consumers since then
 * @param oldest when the oldest message in the queue was produced
 * @param nextDelayed when the first delayed message is due; about, while messages move
 */
public record QueueCounts(
        long active,
        long leased,
        long delayed,
        long paged,
        long added,
        long acknowledged,
        Optional<Instant> oldest,
        Optional<Instant> nextDelayed) {}
