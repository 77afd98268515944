/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Who may join, as the node that holds the office knows. It must have confirmed its office after the question came: an admission
 * that was taken must never be told as open again, or a member that lost its data would vote once more under its old uuid.
 */
public interface Admissions {
    CompletableFuture<Answer> find(String label);

    /** What is known of one node. */
    sealed interface Answer {
        /** It is to join as this member. */
        record Open(UUID member) implements Answer {}

        /** Nobody has asked for it, or whoever was admitted has joined already. */
        record None() implements Answer {}

        /** This node does not lead, so it cannot know. */
        record Unknown() implements Answer {}
    }
}
