/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.quorummq.cluster;

import org.jspecify.annotations.NullMarked;
