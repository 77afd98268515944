/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

/**
 * What one member says of the time.
 *
 * @param running whether the cluster's time is known there, since before this question
 * @param clusterMillis that time
 */
record NodeTime(boolean running, long clusterMillis, long wallMillis) {}
