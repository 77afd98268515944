/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RaftSettingsTest {
    @Test
    void everyPropertyThatIsNotRatisOwnDefaultIsPinned() {
        var properties = RaftSettings.defaults().properties(Path.of("raft"), "127.0.0.1", 7400, false);

        Map.ofEntries(
                        Map.entry("raft.server.rpc.timeout.min", "500ms"),
                        Map.entry("raft.server.rpc.timeout.max", "1000ms"),
                        Map.entry("raft.server.rpc.first-election.timeout.min", "500ms"),
                        Map.entry("raft.server.rpc.first-election.timeout.max", "1000ms"),
                        Map.entry("raft.server.rpc.request.timeout", "10000ms"),
                        Map.entry("raft.server.leaderelection.pre-vote", "true"),
                        Map.entry("raft.server.leaderelection.leader.step-down.wait-time", "2000ms"),
                        Map.entry("raft.server.staging.timeout", "30000ms"),
                        Map.entry("raft.server.close.threshold", "300s"),
                        Map.entry("raft.server.log.async-flush.enabled", "false"),
                        Map.entry("raft.server.log.unsafe-flush.enabled", "false"),
                        Map.entry("raft.server.log.corruption.policy", "EXCEPTION"),
                        Map.entry("raft.server.log.log-metadata.enabled", "false"),
                        Map.entry("raft.server.log.force.sync.num", "4096"),
                        Map.entry("raft.server.log.segment.cache.num.max", "2"),
                        Map.entry("raft.server.log.purge.upto.snapshot.index", "false"),
                        Map.entry("raft.rpc.type", PacedGrpc.class.getName()),
                        Map.entry("raft.server.log.purge.gap", "1"),
                        Map.entry("raft.server.log.purge.preservation.log.num", "256"),
                        Map.entry("raft.server.log.appender.install.snapshot.enabled", "false"),
                        Map.entry("raft.server.log.appender.wait-time.min", "1ms"),
                        Map.entry("raft.server.retrycache.expirytime", "5s"),
                        Map.entry("raft.server.snapshot.auto.trigger.enabled", "false"),
                        Map.entry("raft.grpc.server.host", "127.0.0.1"),
                        Map.entry("raft.grpc.server.port", "7400"),
                        Map.entry("raft.grpc.server.leader.outstanding.appends.max", "8"))
                .forEach((key, value) -> assertThat(properties.get(key)).as(key).isEqualTo(value));
        RaftSettings.assertSafe(properties);
    }

    @Test
    void settingsThatCouldLoseAnAcknowledgedEntryAreRefusedEachByName() {
        var properties = RaftSettings.defaults().properties(Path.of("raft"), "127.0.0.1", 7400, false);
        properties.set("raft.server.log.async-flush.enabled", "true");
        properties.set("raft.server.log.corruption.policy", "WARN_AND_RETURN");
        properties.set("raft.server.leaderelection.pre-vote", "false");
        properties.set("raft.server.storage.dir", "a,b");

        assertThatThrownBy(() -> RaftSettings.assertSafe(properties))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("raft.server.log.async-flush.enabled must be false")
                .hasMessageContaining("raft.server.log.corruption.policy must be EXCEPTION")
                .hasMessageContaining("raft.server.leaderelection.pre-vote must be true")
                .hasMessageContaining("raft.server.storage.dir must name exactly one directory");
    }

    @Test
    void electionTimeoutsMustBeARange() {
        var settings = RaftSettings.defaults();

        assertThatThrownBy(() -> settings.withElectionTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("electionTimeoutMax is PT1S");
        assertThat(settings.withElectionTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(8))
                        .stepDownWait())
                .isEqualTo(Duration.ofSeconds(16));
    }
}
