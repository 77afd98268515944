/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.replication.consensus.Halt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DiskWatchTest {
    private final List<String> happened = new ArrayList<>();
    private final Halt halt =
            DiskWatch.halting((code, reason, cause) -> happened.add("halted " + code), () -> happened.add("full"));

    @Test
    void aWriteWithoutRoomIsNoFailure() {
        halt.halt(Halt.APPLY_FAILED, "entry 7", new IllegalStateException(new IOException("No space left on device")));

        assertThat(happened).containsExactly("full");
    }

    @Test
    void anyOtherFailureEndsTheProcess() {
        halt.halt(Halt.LOG_FAILED, "entry 7", new IOException("Input/output error"));
        halt.halt(Halt.LOG_FAILED, "the group was closed", null);

        assertThat(happened).containsExactly("halted 71", "halted 71");
    }

    @Test
    void aFailedFsyncEndsTheProcessWhateverItsReason() {
        var failure = new IOException("No space left on device");
        failure.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("sun.nio.ch.FileDispatcherImpl", "force0", null, -2),
            new StackTraceElement("sun.nio.ch.FileChannelImpl", "force", null, -1)
        });

        halt.halt(Halt.LOG_FAILED, "entry 7", failure);

        assertThat(happened).containsExactly("halted 71");
    }
}
