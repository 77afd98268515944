/* SPDX-License-Identifier: Apache-2.0 */
/** Lets Artemis ask QuorumMQ's credentials whenever a JMS, AMQP, STOMP or MQTT client logs in. */
@NullMarked
package io.quorummq.core.artemis.security;

import org.jspecify.annotations.NullMarked;
