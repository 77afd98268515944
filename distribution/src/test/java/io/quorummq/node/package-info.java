/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.quorummq.node;

import org.jspecify.annotations.NullMarked;
