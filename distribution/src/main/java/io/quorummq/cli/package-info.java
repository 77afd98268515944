/* SPDX-License-Identifier: Apache-2.0 */
/** The sub-commands of quorummq, one class each. */
@NullMarked
package io.quorummq.cli;

import org.jspecify.annotations.NullMarked;
