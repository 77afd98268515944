/* SPDX-License-Identifier: Apache-2.0 */
/** Tests of the assembled product: real processes, real ports. */
@NullMarked
package io.quorummq.system;

import org.jspecify.annotations.NullMarked;
