/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an entry says is what its reader understands. */
final class EntryTest {
    private static final FileId FILE = new FileId(7);
    private static final FileName NAME = new FileName("journal/activemq-data-1.amq");

    @Test
    void everyOperationComesBackAsItWasWritten() {
        var entry = new Entry(
                3,
                14,
                1_700_000_000_000L,
                List.of(
                        new FileOperation.Create(FILE, NAME),
                        new FileOperation.Write(FILE, 10, bytes("hello")),
                        new FileOperation.Fill(FILE, 10 << 20),
                        new FileOperation.Truncate(FILE, 77),
                        new FileOperation.Rename(FILE, new FileName("bindings/\u961f\u5217.bindings")),
                        new FileOperation.Delete(FILE)));

        assertThat(Entry.decode(entry.encode())).isEqualTo(entry);
    }

    @Test
    void writesThatContinueEachOtherBecomeOne() {
        var builder = new EntryBuilder(16);
        builder.write(FILE, 0, bytes("ab"));
        builder.write(FILE, 2, bytes("cd"));
        builder.write(FILE, 5, bytes("f"));
        builder.write(new FileId(8), 6, bytes("g"));

        var entry = Entry.decode(builder.finish(1, 1, 0));

        assertThat(entry.operations())
                .containsExactly(
                        new FileOperation.Write(FILE, 0, bytes("abcd")),
                        new FileOperation.Write(FILE, 5, bytes("f")),
                        new FileOperation.Write(new FileId(8), 6, bytes("g")));
    }

    @Test
    void aWriteBehindAnotherOperationIsNotJoinedToTheOneBefore() {
        var builder = new EntryBuilder(16);
        builder.write(FILE, 0, bytes("ab"));
        builder.truncate(FILE, 0);
        builder.write(FILE, 2, bytes("cd"));

        assertThat(Entry.decode(builder.finish(1, 1, 0)).operations()).hasSize(3);
    }

    @Test
    void theSourceBufferIsCopiedAndItsPositionNotMoved() {
        var source = bytes("xhello").position(1);
        var builder = new EntryBuilder(16);
        builder.write(FILE, 0, source);
        source.put(1, (byte) 'j');

        assertThat(source.position()).isEqualTo(1);
        assertThat(Entry.decode(builder.finish(1, 1, 0)).operations())
                .containsExactly(new FileOperation.Write(FILE, 0, bytes("hello")));
    }

    @Test
    void anEntryHasALimitThatIsKnownBeforehand() {
        var builder = new EntryBuilder(16);
        int largest = Entry.BYTES_MAX - builder.size() - Entry.WRITE_BYTES;

        assertThat(builder.fits(largest)).isTrue();
        assertThat(builder.fits(largest + 1)).isFalse();
        builder.write(FILE, 0, ByteBuffer.allocate(largest));
        assertThatThrownBy(() -> builder.write(FILE, largest, ByteBuffer.allocate(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowed are " + Entry.BYTES_MAX);
    }

    @Test
    void anUnknownVersionIsRefusedInWords() {
        var encoded = new Entry(1, 1, 0, List.of()).encode();
        encoded.put(0, (byte) 9);

        assertThatThrownBy(() -> Entry.decode(encoded))
                .isInstanceOf(FormatException.class)
                .hasMessage("an entry of version 9, this program knows version 1: start a newer program");
    }

    @Test
    void whateverIsCutOrChangedIsRefusedAndNothingElseHappens() {
        long seed = Long.getLong("store.simulation.seed", 42);
        var random = new SplittableRandom(seed);
        var whole = new Entry(
                        1,
                        1,
                        0,
                        List.of(new FileOperation.Create(FILE, NAME), new FileOperation.Write(FILE, 1, bytes("hello"))))
                .encode();
        for (int cut = 0; cut < whole.limit(); cut++) {
            var part = whole.duplicate().limit(cut);
            assertThatThrownBy(() -> Entry.decode(part)).isInstanceOf(FormatException.class);
        }
        for (int i = 0; i < 20_000; i++) {
            var changed =
                    ByteBuffer.allocate(whole.limit()).put(whole.duplicate()).flip();
            changed.put(random.nextInt(changed.limit()), (byte) random.nextInt());
            try {
                Entry.decode(changed);
            } catch (FormatException refused) {
                assertThat(refused).hasMessageContaining(" ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/etc/passwd", "a//b", "a/", "..", "a/../b", "./a", "a\nb", "a\\b"})
    void namesThatLeadElsewhereAreRefused(String name) {
        assertThatThrownBy(() -> new FileName(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesHaveALimit() {
        assertThat(new FileName("x".repeat(FileName.BYTES_MAX)).value()).hasSize(FileName.BYTES_MAX);
        assertThatThrownBy(() -> new FileName("x".repeat(FileName.BYTES_MAX + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("file name of 513 bytes: allowed are 1 to 512");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
