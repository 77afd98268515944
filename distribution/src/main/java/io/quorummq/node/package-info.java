/* SPDX-License-Identifier: Apache-2.0 */
/** One running node, wired by hand. */
@NullMarked
package io.quorummq.node;

import org.jspecify.annotations.NullMarked;
