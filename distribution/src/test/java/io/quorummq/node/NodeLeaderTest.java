/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.core.queue.NotForwardedException;
import io.quorummq.replication.consensus.Member;
import io.quorummq.replication.peer.NotSentException;
import io.quorummq.replication.peer.PeerRefusal;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class NodeLeaderTest {
    private static final byte[] REQUEST = {1};

    private final CompletableFuture<byte[]> call = new CompletableFuture<>();
    private final Change change = new Change(Runnable::run);
    private final NodeLeader leader = new NodeLeader(
            Optional::empty,
            () -> Optional.of(new Member(UUID.randomUUID(), "n2", "127.0.0.1", 7401)),
            (node, service, request, limit) -> call,
            change);

    @Test
    void anAnswerComesBack() {
        var answer = leader.forward(REQUEST).orElseThrow();

        call.complete(new byte[] {2});

        assertThat(answer.join()).containsExactly(2);
    }

    @Test
    void whatWasNotSentOrRefusedMayBeTriedAgain() {
        var answer = leader.forward(REQUEST).orElseThrow();
        call.completeExceptionally(new NotSentException("refused connection", new IOException()));

        assertThat(failure(answer)).isInstanceOf(NotForwardedException.class);
    }

    @Test
    void aRefusalIsNoUnknownFate() {
        var answer = leader.forward(REQUEST).orElseThrow();

        call.completeExceptionally(new PeerRefusal("this node does not lead"));

        assertThat(failure(answer)).isInstanceOf(NotForwardedException.class);
    }

    @Test
    void anyOtherFailureLeavesTheFateUnknown() {
        var answer = leader.forward(REQUEST).orElseThrow();

        call.completeExceptionally(new IOException("connection reset"));

        assertThat(failure(answer)).isInstanceOf(IOException.class);
    }

    @Test
    void aCallerThatGoesAwayIsPassedOn() {
        var answer = leader.forward(REQUEST).orElseThrow();

        answer.cancel(false);

        assertThat(call).isCancelled();
    }

    @Test
    void whoeverWaitsForAChangeIsWokenByTheNextOne() {
        var waited = leader.change();

        change.happened();

        assertThat(waited).isCompleted();
        assertThat(leader.change()).isNotDone();
    }

    private static Throwable failure(CompletableFuture<byte[]> answer) {
        assertThat(answer).isCompletedExceptionally();
        return answer.handle((reply, failure) -> failure).join();
    }
}
