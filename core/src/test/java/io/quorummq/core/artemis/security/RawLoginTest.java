/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.core.credential.Credential;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logins written byte by byte: the small protocols, and AMQP as no proper client speaks it. */
@Timeout(60)
final class RawLoginTest {
    private static final Credential KNOWN = new Credential("AKIDknown", "the-right-key");
    private static final String AMQP = "AMQP\0\1\0\0";
    private static final String AMQP_SASL = "AMQP\3\1\0\0";
    private static final int SASL_OUTCOME = 0x44;
    private static final int SASL_AUTH_FAILED = 1;

    private SecuredBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = SecuredBroker.start(
                secretId -> Optional.of(KNOWN).filter(known -> known.secretId().equals(secretId)));
    }

    @AfterEach
    void stop() throws Exception {
        broker.stop();
    }

    @ParameterizedTest
    @CsvSource({"AKIDknown, the-right-key, CONNECTED", "AKIDknown, wrong, ERROR", "other, the-right-key, ERROR"})
    void stompAsksTheCredentials(String login, String passcode, String answer) throws IOException {
        assertThat(exchange(
                        "CONNECT\naccept-version:1.2\nhost:localhost\nlogin:" + login + "\npasscode:" + passcode
                                + "\n\n\0",
                        RawLoginTest::isStompFrame))
                .startsWith(answer);
    }

    @Test
    void stompWithoutLoginIsRefused() throws IOException {
        assertThat(exchange("CONNECT\naccept-version:1.2\nhost:localhost\n\n\0", RawLoginTest::isStompFrame))
                .startsWith("ERROR");
    }

    @ParameterizedTest
    @CsvSource({"AKIDknown, the-right-key, true", "AKIDknown, wrong, false", "other, the-right-key, false"})
    void mqttAsksTheCredentials(String user, String password, boolean accepted) throws IOException {
        var payload = mqttText("client") + mqttText(user) + mqttText(password);
        var body = mqttText("MQTT") + "\4\u00c2\0\74" + payload;

        var answer = exchange("\u0010" + (char) body.length() + body, answered -> answered.length() == 4);

        // a CONNACK, whose fourth byte is zero for success
        assertThat(answer.startsWith(" \2\0\0")).isEqualTo(accepted);
        assertThat(answer).startsWith(" \2\0");
    }

    @Test
    void mqttWithoutLoginIsRefused() throws IOException {
        var body = mqttText("MQTT") + "\4\2\0\74" + mqttText("client");

        var answer = exchange("\u0010" + (char) body.length() + body, answered -> answered.length() == 4);

        assertThat(answer).startsWith(" \2\0").doesNotStartWith(" \2\0\0");
    }

    @Test
    void amqpWithoutSaslIsShownTheWayToSasl() throws IOException {
        assertThat(exchange(AMQP, answer -> answer.length() == AMQP_SASL.length()))
                .startsWith(AMQP_SASL);
    }

    @Test
    void amqpOffersScramAndPlainOnly() throws IOException {
        assertThat(exchange(AMQP_SASL, answer -> hasAmqpFrames(answer, 1)))
                .contains("SCRAM-SHA-256")
                .contains("PLAIN")
                .doesNotContain("ANONYMOUS", "EXTERNAL", "GSSAPI", "XOAUTH2", "OAUTHBEARER");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
            SCRAM-SHA-256, none
            SCRAM-SHA-256, ''
            SCRAM-SHA-256, garbage
            SCRAM-SHA-256, 'n,,n=,r='
            PLAIN,         ''
            PLAIN,         garbage
            """)
    void aMalformedSaslResponseIsRefusedAndNotLeftHanging(String mechanism, @Nullable String response)
            throws IOException {
        var fields = "\u00a3" + (char) mechanism.length() + mechanism
                + (response == null ? "" : "\u00a0" + (char) response.length() + response);
        var list = "\u00c0" + (char) (fields.length() + 1) + (char) (response == null ? 1 : 2) + fields;
        var body = "\0SA" + list;

        var answer = exchange(
                AMQP_SASL + "\0\0\0" + (char) (8 + body.length()) + "\2\1\0\0" + body, sent -> hasAmqpFrames(sent, 2));

        var outcome = answer.indexOf("\0S" + (char) SASL_OUTCOME);
        if (response != null && response.startsWith("n,,")) {
            // well-formed but for empty names: the exchange may go on, but never succeeds
            assertThat(outcome).isNegative();
        } else {
            assertThat(outcome).as(printable(answer)).isPositive();
            assertThat(answer.substring(outcome)).contains("P" + (char) SASL_AUTH_FAILED);
        }
    }

    /** Sends the bytes and reads until the answer is complete, or over. */
    private String exchange(String bytes, Predicate<String> complete) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
            var answer = new StringBuilder();
            var in = socket.getInputStream();
            for (var next = in.read(); next >= 0; next = in.read()) {
                answer.append((char) next);
                if (complete.test(answer.toString())) {
                    break;
                }
            }
            return answer.toString();
        }
    }

    private static boolean isStompFrame(String answer) {
        return answer.endsWith("\0");
    }

    /** Whether a protocol header and so many frames are there; none is longer than 255 bytes. */
    private static boolean hasAmqpFrames(String answer, int frames) {
        var end = AMQP_SASL.length();
        for (var i = 0; i < frames; i++) {
            if (answer.length() < end + 4) {
                return false;
            }
            end += answer.charAt(end + 3);
        }
        return answer.length() >= end;
    }

    private static String mqttText(String text) {
        return "\0" + (char) text.length() + text;
    }

    private static String printable(String bytes) {
        return bytes.replaceAll("[^\\x20-\\x7e]", ".");
    }
}
