/* SPDX-License-Identifier: Apache-2.0 */
/** What commands ask of a running cluster and what it answers, and how a command finds a node that answers. */
@NullMarked
package io.quorummq.cluster;

import org.jspecify.annotations.NullMarked;
