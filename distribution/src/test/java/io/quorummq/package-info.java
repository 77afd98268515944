/* SPDX-License-Identifier: Apache-2.0 */
/** Where the program starts. */
@NullMarked
package io.quorummq;

import org.jspecify.annotations.NullMarked;
