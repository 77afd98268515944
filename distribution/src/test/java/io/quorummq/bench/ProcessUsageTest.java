/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessUsageTest {
    private static final String STAT =
            "4711 (java) S 1 4711 4711 0 -1 4194304 63551 0 4 0 1234 66 0 0 20 0 37 0 100 4611686 25600 1844674 1 1 0";
    private static final String STATUS = "Name:\tjava\nVmPeak:\t 9 kB\nVmRSS:\t  102400 kB\nThreads:\t37\n";

    @Test
    void cpuIsUserAndSystemTimeOfALineOfStat() {
        assertThat(ProcessUsage.parse(STAT, STATUS)).isEqualTo(new ProcessUsage(13.0, 102_400, 37));
    }

    @Test
    void aNameWithBlanksAndParenthesesShiftsNothing() {
        var odd = STAT.replace("(java)", "(a b) c)");

        assertThat(ProcessUsage.parse(odd, STATUS).threads()).isEqualTo(37);
    }

    @Test
    void aProcessThatIsGoneIsNamed() {
        assertThatThrownBy(() -> ProcessUsage.of(List.of(99_999_999L)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no process 99999999");
    }

    @Test
    void noProcessesUseNothing() throws IOException {
        assertThat(ProcessUsage.of(List.of())).isEqualTo(new ProcessUsage(0, 0, 0));
    }
}
