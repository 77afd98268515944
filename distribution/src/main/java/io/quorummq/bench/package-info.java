/* SPDX-License-Identifier: Apache-2.0 */
/** The load generator: drives one or several brokers by CMQ, core or AMQP and reports rates, latencies and CPU. */
@NullMarked
package io.quorummq.bench;

import org.jspecify.annotations.NullMarked;
