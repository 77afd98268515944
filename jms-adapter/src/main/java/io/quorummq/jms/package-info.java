/* SPDX-License-Identifier: Apache-2.0 */
/** What a JMS application puts on its class path to speak to QuorumMQ. */
@NullMarked
package io.quorummq.jms;

import org.jspecify.annotations.NullMarked;
