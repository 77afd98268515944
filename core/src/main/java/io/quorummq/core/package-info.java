/* SPDX-License-Identifier: Apache-2.0 */
/** What every door shares: the table of refusals and CMQ's limits. */
@NullMarked
package io.quorummq.core;

import org.jspecify.annotations.NullMarked;
