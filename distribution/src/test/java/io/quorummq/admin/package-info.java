/* SPDX-License-Identifier: Apache-2.0 */
/** Health and metrics over HTTP, for operators and load balancers. */
@NullMarked
package io.quorummq.admin;

import org.jspecify.annotations.NullMarked;
