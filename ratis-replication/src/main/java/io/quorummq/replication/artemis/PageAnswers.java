/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.artemis.core.persistence.OperationContext;

/**
 * The page writes that senders wait for, in each sender's order. An operation context counts what is done and does not ask which:
 * would a write to one address count before an earlier one to another, the earlier message would be acknowledged too soon. Page
 * writes have a count of their own in the context, so that the records of the journals cannot stand in for them either.
 */
final class PageAnswers {
    private final ConcurrentHashMap<OperationContext, ArrayDeque<Answer>> expected = new ConcurrentHashMap<>();

    /** One write that a context waits for. */
    static final class Answer {
        private final OperationContext context;
        private boolean done;

        private Answer(OperationContext context) {
            this.context = context;
        }
    }

    /** From now on the context waits for one write more; called in the order of the sender's messages. */
    Answer expect(OperationContext context) {
        var answer = new Answer(context);
        expected.compute(context, (sender, known) -> {
            var answers = known == null ? new ArrayDeque<Answer>(4) : known;
            answers.addLast(answer);
            sender.pageSyncLineUp();
            return answers;
        });
        return answer;
    }

    /** The write is committed: it counts as soon as all earlier ones of its sender do. */
    void committed(Answer answer) {
        var count = new int[1];
        expected.computeIfPresent(answer.context, (sender, answers) -> {
            answer.done = true;
            while (!answers.isEmpty() && answers.getFirst().done) {
                answers.removeFirst();
                count[0]++;
            }
            return answers.isEmpty() ? null : answers;
        });
        for (var i = 0; i < count[0]; i++) {
            answer.context.pageSyncDone();
        }
    }

    /** The write is not confirmed: neither it nor anything after it is ever acknowledged to its sender. */
    void failed(Answer answer, int code, String reason) {
        var unused = expected.remove(answer.context);
        answer.context.onError(code, reason);
    }
}
