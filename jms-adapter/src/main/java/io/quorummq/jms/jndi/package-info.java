/* SPDX-License-Identifier: Apache-2.0 */
/** Lets applications look up connection factories, queues and topics by name. */
@NullMarked
package io.quorummq.jms.jndi;

import org.jspecify.annotations.NullMarked;
