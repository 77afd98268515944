/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;

/** Work that somebody else does: its failures are put into the words of whoever asked here, and a caller that goes away is passed on. */
final class HandedOn {
    private HandedOn() {}

    /** A future that ends as the work does, and ends the work when it is cancelled itself. */
    static CompletableFuture<byte[]> of(CompletableFuture<byte[]> work, UnaryOperator<Throwable> meaning) {
        var answer = new CompletableFuture<byte[]>();
        var unused = work.whenComplete((reply, failure) -> {
            if (failure == null) {
                answer.complete(reply);
            } else {
                answer.completeExceptionally(meaning.apply(cause(failure)));
            }
        });
        var unusedToo = answer.whenComplete((reply, failure) -> {
            if (failure instanceof CancellationException) {
                work.cancel(false);
            }
        });
        return answer;
    }

    /** What a stage failed with, without the wrapping of stages between. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
