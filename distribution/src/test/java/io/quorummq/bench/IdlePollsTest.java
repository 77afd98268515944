/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.cmqclient.CmqServerDouble;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IdlePollsTest {
    private static final int POLLS = 20;
    private static final String NO_MESSAGE = "{\"code\":7000,\"message\":\"(10200)no message\",\"requestId\":\"1\"}";
    private static final String OK = "{\"code\":0,\"message\":\"\",\"requestId\":\"1\"}";

    private final CountDownLatch arrived = new CountDownLatch(POLLS);
    private final CountDownLatch seen = new CountDownLatch(1);

    @Test
    void everyPollWaitsWhileTheServerIsLookedAt() throws IOException {
        try (var server = new CmqServerDouble(this::heldUntilSeen)) {
            var outcome = idlePolls(server).run(InstantSource.system(), new Random(1));

            assertThat(outcome.isClean()).isTrue();
            assertThat(outcome.waiting()).isEqualTo(POLLS);
            assertThat(outcome.during().threads()).isPositive();
            var out = new StringWriter();
            outcome.printJson(new PrintWriter(out));
            assertThat(out.toString()).contains("\"waiting\":20").contains("\"residentKilobytes\":");
        }
    }

    @Test
    void aPollThatIsAnsweredAtOnceIsNoIdlePoll() throws IOException {
        seen.countDown();
        try (var server = new CmqServerDouble(call -> "ReceiveMessage".equals(call.get("Action")) ? NO_MESSAGE : OK)) {
            var outcome = idlePolls(server).run(InstantSource.system(), new Random(1));

            assertThat(outcome.isClean()).isFalse();
            assertThat(outcome.waiting()).isLessThan(POLLS);
        }
    }

    private IdlePolls idlePolls(CmqServerDouble server) {
        var target = new Target(
                "server", Target.Protocol.CMQ, server.endpoint().toString(), Optional.of(CmqServerDouble.CREDENTIAL));
        var pids = List.of(ProcessHandle.current().pid());
        return new IdlePolls(target, POLLS, "idle", pids, Duration.ofSeconds(1), new AnsweringClock());
    }

    private String heldUntilSeen(Map<String, String> call) {
        if (!"ReceiveMessage".equals(call.get("Action"))) {
            return OK;
        }
        arrived.countDown();
        try {
            seen.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return NO_MESSAGE;
    }

    /** The machine's clock, but settling lasts until every poll has arrived, and the next wait lets them go. */
    private final class AnsweringClock implements NanoClock {
        @Override
        public long now() {
            return SYSTEM.now();
        }

        @Override
        public void waitUntil(long time) {
            if (arrived.getCount() == 0) {
                seen.countDown();
            }
            boolean settling = time - now() > 500_000_000;
            if (settling && seen.getCount() > 0) {
                try {
                    arrived.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            } else {
                SYSTEM.waitUntil(time);
            }
        }
    }
}
