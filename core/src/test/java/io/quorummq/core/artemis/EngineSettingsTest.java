/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineSettingsTest {
    @Test
    void boundsHoldWithoutBeingSet() {
        var settings = EngineSettings.of(Map.of());

        assertThat(settings).isEqualTo(EngineSettings.DEFAULT);
        assertThat(settings.leasedMessagesMax()).isEqualTo(100_000);
        assertThat(settings.leasedBytesMax()).isEqualTo(256L << 20);
        assertThat(settings.brokerLeasedMessagesMax()).isEqualTo(1_000_000);
        assertThat(settings.brokerLeasedBytesMax())
                .isEqualTo(Runtime.getRuntime().maxMemory() / 4);
        assertThat(settings.delayedMessagesMax()).isEqualTo(100_000_000);
        assertThat(settings.delayedBytesMax())
                .isEqualTo(Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 8));
        assertThat(settings.delayMax()).isEqualTo(Duration.ofDays(366));
    }

    @Test
    void everyKeyIsRead() {
        assertThat(EngineSettings.of(Map.of(
                        "leased-messages-max", "1",
                        "leased-bytes-max", "2",
                        "broker-leased-messages-max", "3",
                        "broker-leased-bytes-max", "4",
                        "delayed-messages-max", "5",
                        "delayed-bytes-max", "6",
                        "delay-seconds-max", "7",
                        "age-scan-seconds", "8",
                        "as-sent-addresses", "a, b.*")))
                .isEqualTo(new EngineSettings(
                        1, 2, 3, 4, 5, 6, Duration.ofSeconds(7), Duration.ofSeconds(8), List.of("a", "b.*")));
    }

    @ParameterizedTest
    @CsvSource({
        "leased-messages-max, 0",
        "leased-bytes-max, -1",
        "broker-leased-messages-max, 0",
        "broker-leased-messages-max, many",
        "broker-leased-bytes-max, 1M",
        "broker-leased-bytes-max, 9223372036854775808",
        "delayed-messages-max, ''",
        "leased-message-max, 1"
    })
    void whatIsNotUnderstoodIsRefusedByName(String key, String value) {
        assertThatThrownBy(() -> EngineSettings.of(Map.of(key, value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(key);
    }
}
