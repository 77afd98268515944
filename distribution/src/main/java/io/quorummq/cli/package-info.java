/* SPDX-License-Identifier: Apache-2.0 */
/** The commands of the one program {@code quorummq}. */
@NullMarked
package io.quorummq.cli;

import org.jspecify.annotations.NullMarked;
