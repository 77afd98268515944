/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import java.time.Instant;

/**
 * One message as a receive call hands it out.
 *
 * @param receiptHandle what deletes the message until {@code nextVisible}
 */
public record ReceivedMessage(
        String msgId,
        String receiptHandle,
        String body,
        Instant enqueued,
        Instant firstDequeued,
        Instant nextVisible,
        int dequeueCount) {}
