/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

/** A queue as a listing names it. */
public record QueueEntry(String queueId, String queueName) {}
