/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.apache.activemq.artemis.core.io.IOCallback;
import org.apache.activemq.artemis.core.persistence.impl.journal.OperationContextImpl;
import org.junit.jupiter.api.Test;

final class PageAnswersTest {
    private final PageAnswers answers = new PageAnswers();
    private final OperationContextImpl sender = new OperationContextImpl(Runnable::run);
    private final ArrayList<String> heard = new ArrayList<>();

    @Test
    void aLaterWriteDoesNotStandInForAnEarlierOne() {
        var first = answers.expect(sender);
        tellWhenStored("first");
        var second = answers.expect(sender);
        tellWhenStored("second");

        answers.committed(second);
        assertThat(heard).isEmpty();

        answers.committed(first);
        assertThat(heard).containsExactly("first", "second");
    }

    @Test
    void aJournalRecordDoesNotStandInForAPageWrite() {
        var page = answers.expect(sender);
        tellWhenStored("page");
        sender.storeLineUp();
        sender.done();
        assertThat(heard).isEmpty();

        answers.committed(page);
        assertThat(heard).containsExactly("page");
    }

    @Test
    void nothingBehindAFailedWriteIsAcknowledged() {
        var first = answers.expect(sender);
        tellWhenStored("first");
        var second = answers.expect(sender);
        tellWhenStored("second");

        answers.failed(first, 6, "fenced");
        answers.committed(second);

        assertThat(heard).containsExactly("first: fenced", "second: fenced");
    }

    private void tellWhenStored(String name) {
        sender.executeOnCompletion(new IOCallback() {
            @Override
            public void done() {
                heard.add(name);
            }

            @Override
            public void onError(int code, String message) {
                heard.add(name + ": " + message);
            }
        });
    }
}
