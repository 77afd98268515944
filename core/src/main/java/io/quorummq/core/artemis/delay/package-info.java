/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The engine of time: messages that are due later than in a moment wait in bucket queues on pages, whatever protocol they came
 * by, and are moved to their queues when they are due. {@code docs/time.md} has the picture.
 */
@NullMarked
package io.quorummq.core.artemis.delay;

import org.jspecify.annotations.NullMarked;
