/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorummq.core.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RestSettingsTest {
    @Test
    void everyDefaultIsPinned() {
        assertThat(RestSettings.of(Map.of()))
                .isEqualTo(new RestSettings(
                        List.of(new Endpoint(false, "127.0.0.1", 8080)),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        30_000,
                        20_000,
                        10_000,
                        64,
                        65_536,
                        1_048_576,
                        67_108_864,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(30),
                        Duration.ofHours(2),
                        Duration.ofSeconds(8),
                        false,
                        new Limits(1000, 16, 1_048_576, 1_048_576, Duration.ofDays(365), 6, false)));
    }

    @Test
    void everyKeyIsPinned() {
        var all = Map.ofEntries(
                Map.entry("host", "0.0.0.0"),
                Map.entry("port", "1"),
                Map.entry("https-port", "2"),
                Map.entry("endpoints", "a:3, https://[::1]:4"),
                Map.entry("key-store", "/k.p12"),
                Map.entry("key-store-password", "p"),
                Map.entry("advertised-addresses", "x:5,y:6"),
                Map.entry("max-connections", "7"),
                Map.entry("max-long-polls", "8"),
                Map.entry("max-waiting-requests", "12"),
                Map.entry("max-threads", "9"),
                Map.entry("max-header-bytes", "2000"),
                Map.entry("max-request-bytes", "3000"),
                Map.entry("max-body-memory-bytes", "4000000"),
                Map.entry("idle-timeout-seconds", "50"),
                Map.entry("request-timeout-seconds", "10"),
                Map.entry("timestamp-window-seconds", "300"),
                Map.entry("leader-wait-seconds", "6"),
                Map.entry("gateway-errors", "true"),
                Map.entry("max-queues", "11"),
                Map.entry("max-message-bytes", "65536"),
                Map.entry("max-delay-seconds", "3600"),
                Map.entry("strict-names", "true"));

        assertThat(RestSettings.of(all))
                .isEqualTo(new RestSettings(
                        List.of(
                                new Endpoint(false, "0.0.0.0", 1),
                                new Endpoint(true, "0.0.0.0", 2),
                                new Endpoint(false, "a", 3),
                                new Endpoint(true, "[::1]", 4)),
                        Optional.of(Path.of("/k.p12")),
                        Optional.of("p"),
                        List.of("x:5", "y:6"),
                        7,
                        8,
                        12,
                        9,
                        2000,
                        3000,
                        4_000_000,
                        Duration.ofSeconds(50),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(6),
                        true,
                        new Limits(11, 16, 1_048_576, 65_536, Duration.ofHours(1), 6, true)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            colour                | red   | unknown property colour
            port                  | 70000 | property port: 70000 is not a whole number from 0 to 65535
            port                  | x     | property port: x is not a whole number from 0 to 65535
            max-threads           | 1     | property max-threads: 1 is not a whole number from 8 to 1000
            idle-timeout-seconds  | 30    | property idle-timeout-seconds: 30 is not a whole number from 40 to 3600
            gateway-errors        | yes   | property gateway-errors: yes is not true or false
            endpoints             | host  | property endpoints: host is not host:port
            endpoints             | ftp://h:1 | property endpoints: ftp://h:1 is not host:port
            https-port            | 8443  | an HTTPS endpoint needs key-store and key-store-password
            """)
    void badValuesAreRefusedByName(String key, String value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RestSettings.of(Map.of(key, value)))
                .withMessageStartingWith(message);
    }
}
