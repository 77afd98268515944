/* SPDX-License-Identifier: Apache-2.0 */
/** CMQ queues and their rules, and the port to the broker that keeps them. */
@NullMarked
package io.quorummq.core.queue;

import org.jspecify.annotations.NullMarked;
