/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.time.Duration;

/**
 * The delay of one send, and the time before which its messages must not come out.
 *
 * @param due on the clock of the run
 * @param wallDue milliseconds on the wall clock; 0 for messages that are not delayed
 */
record Timing(Duration delay, long due, long wallDue) {}
