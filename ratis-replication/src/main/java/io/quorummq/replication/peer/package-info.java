/* SPDX-License-Identifier: Apache-2.0 */
/** What the nodes of a cluster tell each other beside Raft, on the same port. */
@NullMarked
package io.quorummq.replication.peer;

import org.jspecify.annotations.NullMarked;
