/* SPDX-License-Identifier: Apache-2.0 */
/** What the commands promise to whoever types them. */
@NullMarked
package io.quorummq.cli;

import org.jspecify.annotations.NullMarked;
