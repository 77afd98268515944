/* SPDX-License-Identifier: Apache-2.0 */
/** Values of a message's life: names, ids, handles, what is sent and what is delivered. */
@NullMarked
package io.quorummq.core.message;

import org.jspecify.annotations.NullMarked;
