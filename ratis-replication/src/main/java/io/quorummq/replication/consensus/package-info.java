/* SPDX-License-Identifier: Apache-2.0 */
/** One Raft group on one node: who leads, what is committed, and the one fenced way to write. */
@NullMarked
package io.quorummq.replication.consensus;

import org.jspecify.annotations.NullMarked;
