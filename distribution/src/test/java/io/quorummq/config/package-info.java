/* SPDX-License-Identifier: Apache-2.0 */
/** A node's home on the disk, its ports, and how both are first made. */
@NullMarked
package io.quorummq.config;

import org.jspecify.annotations.NullMarked;
