/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

/** A hash over names, ids, lengths, checksums and all other state at one entry of the log: equal on all replicas that hold the same. */
public record TableHash(LogPosition position, String sha256) {}
