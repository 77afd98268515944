/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerProbeTest {
    private static final List<Long> THIS_PROCESS =
            List.of(ProcessHandle.current().pid());

    @TempDir
    private Path directory = Path.of("");

    @Test
    void theDiskIsTheSumOfAllFilesBelow() throws Exception {
        Files.write(directory.resolve("one"), new byte[1000]);
        Files.write(Files.createDirectories(directory.resolve("a/b")).resolve("two"), new byte[234]);

        var state = new ServerProbe(List.of(), List.of(directory), false).look().orElseThrow();

        assertThat(state).isEqualTo(new ServerState(OptionalLong.empty(), OptionalLong.of(1234), 0));
    }

    @Test
    void whatAJavaHeapHoldsShowsAfterACollection() throws Exception {
        var probe = new ServerProbe(THIS_PROCESS, List.of(), true);
        long before = probe.look().orElseThrow().heapBytes().orElseThrow();
        var held = new byte[32 << 20];

        var after = probe.look().orElseThrow();

        assertThat(after.heapBytes().orElseThrow() - before).isBetween(24L << 20, 40L << 20);
        assertThat(after.residentKilobytes()).isPositive();
        assertThat(held).hasSize(32 << 20);
    }

    @Test
    void nobodyIsDisturbedUnlessAskedFor() throws Exception {
        assertThat(new ServerProbe(THIS_PROCESS, List.of(), false).look()).isEmpty();
    }

    @Test
    void theTotalOfAHistogramIsFound() throws IOException {
        var histogram = """
                4711:
                 num     #instances         #bytes  class name (module)
                -------------------------------------------------------
                   1:         12345        6789012  [B (java.base@17)
                Total         23456        7890123
                """;

        assertThat(JavaHeap.parse(4711, histogram)).isEqualTo(7_890_123);
    }

    @Test
    void aProcessWithoutAHeapToSeeIsNamed() {
        assertThatThrownBy(() -> JavaHeap.parse(4711, "4711:\nUnable to open socket file\n"))
                .isInstanceOf(IOException.class)
                .hasMessage("--server-heap: jcmd 4711 GC.class_histogram said: Unable to open socket file");
    }
}
