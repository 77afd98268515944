/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action;

import io.quorummq.core.CmqError;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** One action of the CMQ API. Instances serve all requests at once and hold no state of their own. */
public interface Action {
    /** The name that the parameter {@code Action} calls it by, without regard to case. */
    default String name() {
        return getClass().getSimpleName();
    }

    /**
     * Does it, without blocking. Refuses by throwing {@link io.quorummq.core.CmqException} or by a stage that fails
     * with one; any other failure is a bug and is answered with {@link #failure()}.
     */
    CompletionStage<Reply> perform(Params params, Caller caller);

    /**
     * The longest time for which a receive may wait for its first message, as far as its parameters tell: as long may it
     * wait for a leader. Empty for every other action.
     */
    default Optional<Duration> pollingTime(Params params) {
        return Optional.empty();
    }

    /** Whether it changes nothing, so that it can be done again when its answer is in doubt. */
    default boolean onlyReads() {
        return false;
    }

    /** What the caller is told when this action fails for a reason that is not theirs. */
    default CmqError failure() {
        return CmqError.INTERNAL_ERROR;
    }
}
