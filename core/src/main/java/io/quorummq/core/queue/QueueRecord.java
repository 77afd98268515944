/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import io.quorummq.core.message.QueueName;
import java.time.Instant;

/**
 * What the broker knows of one queue.
 *
 * @param id "queue-" and eight characters; stable for the life of the queue
 * @param governed whether CreateQueue or SetQueueAttributes has touched the queue: only then do CMQ's limits bind it
 */
public record QueueRecord(
        QueueName name, String id, QueueAttributes attributes, boolean governed, Instant created, Instant modified) {}
