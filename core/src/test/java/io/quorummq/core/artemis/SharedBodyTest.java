/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.core.artemis.Doors.Door;
import jakarta.jms.BytesMessage;
import java.io.ByteArrayInputStream;
import java.io.ObjectInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A body that goes in through one door comes out of every other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedBodyTest {
    private static final int MEBIBYTE = 1 << 20;

    private TestEngine engine;
    private Doors doors;

    @BeforeAll
    void open(@TempDir Path home) throws Exception {
        engine = TestEngine.in(home);
        engine.create("bodies", Attributes.maxMessageBytes(2 * MEBIBYTE));
        doors = new Doors(engine);
    }

    @AfterAll
    void close() throws Exception {
        doors.close();
        engine.close();
    }

    static List<Arguments> everyDirection() {
        var directions = new ArrayList<Arguments>();
        for (var from : Door.values()) {
            for (var to : Door.values()) {
                directions.add(Arguments.of(from, to));
            }
        }
        return directions;
    }

    @ParameterizedTest
    @MethodSource("everyDirection")
    void textArrivesAsTheSameText(Door from, Door to) throws Exception {
        for (var text : List.of("plain", "für 消息 \uD83D\uDE00 \uD840\uDC00", " \t\r\n\"'<&\\", "x".repeat(70_000))) {
            doors.send(from, "bodies", text);
            assertThat(doors.receive(to, "bodies")).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @MethodSource("everyDirection")
    void oneMebibyteOfTextArrivesWhole(Door from, Door to) throws Exception {
        var text = "0123456789abcdé".repeat(MEBIBYTE / 16);
        assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSize(MEBIBYTE);

        doors.send(from, "bodies", text);

        assertThat(doors.receive(to, "bodies")).isEqualTo(text);
    }

    @Test
    void bodyThatACoreClientCompressedIsPlainElsewhere() throws Exception {
        var text = "compressed ".repeat(50_000);
        try (var connection = engine.compressingCore();
                var session = connection.createSession();
                var producer = session.createProducer(session.createQueue("bodies"))) {
            for (var door : Door.values()) {
                producer.send(session.createTextMessage(text));
                assertThat(doors.receive(door, "bodies")).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void bytesAreTextOverCmqIfTheyAreUtf8AndElseBase64(Door from) throws Exception {
        var seed = new Random().nextLong();
        var random = new byte[MEBIBYTE];
        new Random(seed).nextBytes(random);
        for (var bytes : List.of(new byte[] {(byte) 0xff, 0, (byte) 0xc3, 40}, Arrays.copyOf(random, 3), random)) {
            bytes[0] = (byte) 0xff;
            doors.send(from, "bodies", bytes(bytes));
            var received = doors.receiveCmq("bodies");
            assertThat(received.isBase64()).as("seed %d", seed).isTrue();
            assertThat(Base64.getDecoder().decode(received.body())).isEqualTo(bytes);
        }
        for (var text : List.of("grün \uD83D\uDE00", "y".repeat(MEBIBYTE))) {
            doors.send(from, "bodies", bytes(text.getBytes(StandardCharsets.UTF_8)));
            var received = doors.receiveCmq("bodies");
            assertThat(received.isBase64()).isFalse();
            assertThat(received.body()).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void bytesArriveAsTheSameBytesAtTheOtherJmsClient(Door from) throws Exception {
        var to = from == Door.CORE ? Door.AMQP : Door.CORE;
        for (var length : List.of(0, 5, MEBIBYTE)) {
            var bytes = new byte[length];
            new Random(length).nextBytes(bytes);
            doors.send(from, "bodies", bytes(bytes));
            var received = doors.receiveJms(to, "bodies", BytesMessage.class);
            assertThat(received.getBody(byte[].class)).isEqualTo(length == 0 ? null : bytes);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void emptyBodiesOfEveryKindAreEmptyTextOverCmq(Door from) throws Exception {
        var empty = List.<Doors.Making>of(
                session -> session.createMessage(),
                session -> session.createTextMessage(),
                session -> session.createTextMessage(""),
                bytes(new byte[0]));
        for (var making : empty) {
            doors.send(from, "bodies", making);
            var received = doors.receiveCmq("bodies");
            assertThat(received.body()).isEmpty();
            assertThat(received.isBase64()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void mapIsJsonOverCmq(Door from) throws Exception {
        doors.send(from, "bodies", session -> {
            var map = session.createMapMessage();
            map.setString("name", "grün");
            map.setInt("count", 3);
            map.setBoolean("ok", true);
            map.setBytes("raw", new byte[] {1, -1});
            map.setDouble("half", 0.5);
            map.setObject("none", null);
            return map;
        });

        assertThat(doors.receiveCmq("bodies").body())
                .startsWith("{")
                .endsWith("}")
                .contains(
                        "\"name\":\"grün\"",
                        "\"count\":3",
                        "\"ok\":true",
                        "\"raw\":\"Af8=\"",
                        "\"half\":0.5",
                        "\"none\":null");
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void streamIsAJsonArrayOverCmq(Door from) throws Exception {
        doors.send(from, "bodies", session -> {
            var stream = session.createStreamMessage();
            stream.writeString("eins");
            stream.writeLong(2);
            stream.writeChar('3');
            stream.writeShort((short) 4);
            stream.writeByte((byte) 5);
            stream.writeFloat(0.25f);
            stream.writeBytes(new byte[] {1, -1});
            stream.writeBoolean(false);
            return stream;
        });

        assertThat(doors.receiveCmq("bodies").body()).isEqualTo("[\"eins\",2,\"3\",4,5,0.25,\"Af8=\",false]");
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void emptyMapAndStreamAreEmptyJsonOverCmq(Door from) throws Exception {
        doors.send(from, "bodies", session -> session.createMapMessage());
        assertThat(doors.receiveCmq("bodies").body()).isEqualTo("{}");
        doors.send(from, "bodies", session -> session.createStreamMessage());
        assertThat(doors.receiveCmq("bodies").body()).isEqualTo("[]");
    }

    @ParameterizedTest
    @EnumSource(names = {"CORE", "AMQP"})
    void objectIsItsSerializedBytesOverCmq(Door from) throws Exception {
        var object = new LinkedHashMap<>(Map.of("key", 1L));
        doors.send(from, "bodies", session -> session.createObjectMessage(object));

        var received = doors.receiveCmq("bodies");

        assertThat(received.isBase64()).isTrue();
        try (var stream = new ObjectInputStream(
                new ByteArrayInputStream(Base64.getDecoder().decode(received.body())))) {
            assertThat(stream.readObject()).isEqualTo(object);
        }
    }

    private static Doors.Making bytes(byte[] bytes) {
        return session -> {
            var message = session.createBytesMessage();
            message.writeBytes(bytes);
            return message;
        };
    }
}
