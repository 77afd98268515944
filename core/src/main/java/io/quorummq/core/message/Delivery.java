/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.message;

import java.time.Instant;

/**
 * A message as one receive hands it out.
 *
 * @param isBase64 whether the body is Base64 of bytes that are no UTF-8 text, as a JMS or AMQP sender may store them
 * @param firstReceived when the message was received for the first time; never changes
 * @param visibleAgain when the lease of this receive ends and the handle with it
 * @param receiveCount how often the message was handed out, this time included; from 1
 */
public record Delivery(
        MessageId id,
        ReceiptHandle handle,
        String body,
        boolean isBase64,
        Instant enqueued,
        Instant firstReceived,
        Instant visibleAgain,
        int receiveCount) {}
