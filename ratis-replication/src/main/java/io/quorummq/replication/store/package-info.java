/* SPDX-License-Identifier: Apache-2.0 */
/** The plain files of one replica: applied from a log, checksummed, recovered; knows neither Raft nor Artemis. */
@NullMarked
package io.quorummq.replication.store;

import org.jspecify.annotations.NullMarked;
