/* SPDX-License-Identifier: Apache-2.0 */
/** Whether a message may be seen now: leases, delays and receive counts of one queue, by the cluster's clock. */
@NullMarked
package io.quorummq.core.visibility;

import org.jspecify.annotations.NullMarked;
