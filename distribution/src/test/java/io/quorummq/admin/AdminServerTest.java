/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AdminServerTest {
    @Test
    void aNodeThatFollowsIsReadyButNotLeader() throws Exception {
        try (var server = new AdminServer(new AdminSettings("127.0.0.1", freePort()), new Following(), () -> "m 1\n")) {
            server.start();

            assertThat(get(server, "GET", "/health/live").statusCode()).isEqualTo(200);
            assertThat(get(server, "GET", "/health/ready").statusCode()).isEqualTo(200);
            var leader = get(server, "GET", "/health/leader");
            assertThat(leader.statusCode()).isEqualTo(503);
            assertThat(leader.body()).isEqualTo("{\"leader\":false}");
            assertThat(get(server, "GET", "/metrics").body()).isEqualTo("m 1\n");
            assertThat(get(server, "HEAD", "/metrics").statusCode()).isEqualTo(200);
            assertThat(get(server, "POST", "/metrics").statusCode()).isEqualTo(405);
            assertThat(get(server, "GET", "/metrics/more").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void settingsHaveDefaultsAndRefuseWhatTheyDoNotKnow() {
        assertThat(AdminSettings.of(Map.of())).isEqualTo(new AdminSettings("127.0.0.1", 9090));
        assertThat(AdminSettings.of(Map.of("host", "::1", "port", " 1 "))).isEqualTo(new AdminSettings("::1", 1));
        assertThatThrownBy(() -> AdminSettings.of(Map.of("prot", "1")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("'prot'")
                .hasMessageContaining("[host, port]");
        assertThatThrownBy(() -> AdminSettings.of(Map.of("port", "0")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("'0'; allowed: 1 to 65535");
        assertThatThrownBy(() -> AdminSettings.of(Map.of("port", "x"))).isInstanceOf(ConfigurationException.class);
    }

    private static HttpResponse<String> get(AdminServer server, String method, String path) throws Exception {
        var request = HttpRequest.newBuilder(server.endpoint().resolve(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static final class Following implements Health {
        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public boolean isLeader() {
            return false;
        }
    }
}
