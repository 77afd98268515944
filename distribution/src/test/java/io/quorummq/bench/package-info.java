/* SPDX-License-Identifier: Apache-2.0 */
/** What the load generator promises about its figures. */
@NullMarked
package io.quorummq.bench;

import org.jspecify.annotations.NullMarked;
