/* SPDX-License-Identifier: Apache-2.0 */
/** Who this node is in its cluster: the token it begins with, the identity it earns by it, and how a lost one is replaced. */
@NullMarked
package io.quorummq.replication.identity;

import org.jspecify.annotations.NullMarked;
