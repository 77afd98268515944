/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReplicationSettingsTest {
    private static final long HEAP = 1L << 30;

    @Test
    void aSmallHeapGetsSmallSegmentsAndLittleThatWaits() {
        var settings = ReplicationSettings.of(Map.of(), 128L << 20);

        assertThat(settings.raft().segmentBytes()).isEqualTo(8L << 20);
        assertThat(settings.raft().writing().waitingBytesMax()).isEqualTo(16L << 20);
    }

    @Test
    void theDefaultsAreTheseAndNoOthers() {
        var settings = ReplicationSettings.of(Map.of(), HEAP);

        assertThat(settings.raft().electionTimeoutMin()).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.raft().electionTimeoutMax()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.raft().segmentBytes()).isEqualTo(32L << 20);
        assertThat(settings.raft().keptEntries()).isEqualTo(256);
        assertThat(settings.raft().checkpointLogBytes()).isEqualTo(64L << 20);
        assertThat(settings.raft().checkpointInterval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.scrubBytesPerSecond()).isEqualTo(4L << 20);
        assertThat(settings.port()).isEmpty();
    }

    @Test
    void everyKeyIsRead() {
        var settings = ReplicationSettings.of(
                Map.of(
                        "election-timeout-millis", "2000",
                        "log-segment-megabytes", "16",
                        "kept-entries", "7",
                        "checkpoint-log-megabytes", "512",
                        "checkpoint-interval-seconds", "5",
                        "scrub-megabytes-per-second", "0",
                        "port", "7401"),
                HEAP);

        assertThat(settings.raft().electionTimeoutMin()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.raft().electionTimeoutMax()).isEqualTo(Duration.ofSeconds(4));
        assertThat(settings.raft().stepDownWait()).isGreaterThanOrEqualTo(Duration.ofSeconds(4));
        assertThat(settings.raft().segmentBytes()).isEqualTo(16L << 20);
        assertThat(settings.raft().keptEntries()).isEqualTo(7);
        assertThat(settings.raft().checkpointLogBytes()).isEqualTo(512L << 20);
        assertThat(settings.raft().checkpointInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.scrubBytesPerSecond()).isZero();
        assertThat(settings.port()).hasValue(7401);
    }

    @Test
    void whatIsUnknownOrOutOfRangeIsRefusedByName() {
        assertThatThrownBy(() -> ReplicationSettings.of(Map.of("election-timeout", "500"), HEAP))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("'election-timeout'");
        assertThatThrownBy(() -> ReplicationSettings.of(Map.of("election-timeout-millis", "soon"), HEAP))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("'soon'")
                .hasMessageContaining("50 to 60000");
        assertThatThrownBy(() -> ReplicationSettings.of(Map.of("kept-entries", "-1"), HEAP))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("kept-entries");
    }
}
