/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store on the machine's own file system, with the block size of every day. */
final class LocalDiskTest {
    @TempDir
    private Path directory;

    @Test
    void filesSurviveARestartOnARealDisk() throws IOException {
        var content = new byte[200_000];
        new SplittableRandom(1).nextBytes(content);
        var file = FileId.FIRST;
        try (var store = opened(-1)) {
            var builder = new EntryBuilder(1024);
            builder.create(file, new FileName("journal/a"));
            builder.fill(file, 1 << 20);
            builder.write(file, 1000, ByteBuffer.wrap(content));
            store.apply(new LogPosition(1, 0), Entry.decode(builder.finish(1, 1, 0)));
            store.checkpoint().finish();
        }

        try (var store = opened(-1)) {
            var read = ByteBuffer.allocate(content.length);
            store.read(file, 1000, read);
            assertThat(read.array()).isEqualTo(content);
            assertThat(store.table().length(file)).isEqualTo(1 << 20);
            assertThat(store.scrub().run(Long.MAX_VALUE).damage()).isEmpty();
        }
    }

    @Test
    void filledFilesAreReallyAllocated() throws Exception {
        try (var store = opened(-1)) {
            var builder = new EntryBuilder(1024);
            builder.create(FileId.FIRST, new FileName("a"));
            builder.fill(FileId.FIRST, 3 << 20);
            store.apply(new LogPosition(1, 0), Entry.decode(builder.finish(1, 1, 0)));
            store.checkpoint().finish();

            var blocks = new ProcessBuilder(
                            "stat", "-c", "%b", directory.resolve("data/1").toString())
                    .start();
            long allocated = Long.parseLong(new String(blocks.getInputStream().readAllBytes(), US_ASCII).trim()) * 512;
            assertThat(allocated).isGreaterThanOrEqualTo(3 << 20);
        }
    }

    @Test
    void readersSeeWhatIsSettledWhileTheSameBlocksAreWritten() throws Exception {
        var file = FileId.FIRST;
        int entries = 3000;
        var settled = new AtomicLong();
        var over = new AtomicBoolean();
        try (var store = opened(-1)) {
            var create = new EntryBuilder(64);
            create.create(file, new FileName("journal/a"));
            create.fill(file, 1 << 20);
            store.apply(new LogPosition(1, 0), Entry.decode(create.finish(1, 1, 0)));
            var readers = Stream.generate(() -> CompletableFuture.runAsync(() -> {
                        var random = new SplittableRandom(7);
                        long reads = 0;
                        while (!over.get() || reads == 0) {
                            long known = settled.get();
                            if (known > 0) {
                                long number = random.nextLong(known);
                                var word = ByteBuffer.allocate(Long.BYTES);
                                store.read(file, number * 300, word);
                                assertThat(word.getLong(0)).isEqualTo(number);
                                reads++;
                            }
                        }
                    }))
                    .limit(2)
                    .toList();
            for (int i = 0; i < entries; i++) {
                var builder = new EntryBuilder(512);
                builder.write(file, i * 300L, ByteBuffer.allocate(300).putLong(0, i));
                store.apply(new LogPosition(1, i + 1L), Entry.decode(builder.finish(1, i + 2L, 0)));
                settled.set(i + 1L);
                if (i == entries / 2) {
                    store.checkpoint().finish();
                }
            }
            over.set(true);
            readers.forEach(CompletableFuture::join);
        }
    }

    @Test
    void anInterruptedReaderReadsAndDisturbsNobody() throws Exception {
        try (var store = opened(-1)) {
            var builder = new EntryBuilder(64);
            builder.create(FileId.FIRST, new FileName("a"));
            builder.write(FileId.FIRST, 0, ByteBuffer.allocate(8).putLong(0, 42));
            store.apply(new LogPosition(1, 0), Entry.decode(builder.finish(1, 1, 0)));

            var answer = CompletableFuture.supplyAsync(() -> {
                Thread.currentThread().interrupt();
                var word = ByteBuffer.allocate(Long.BYTES);
                store.read(FileId.FIRST, 0, word);
                return List.of(word.getLong(0), Thread.interrupted());
            });

            assertThat(answer.join()).isEqualTo(List.of(42L, true));
            var more = new EntryBuilder(64);
            more.write(FileId.FIRST, 8, ByteBuffer.allocate(8));
            assertThat(store.apply(new LogPosition(1, 1), Entry.decode(more.finish(1, 2, 0))))
                    .isEqualTo(ApplyResult.APPLIED);
        }
    }

    @Test
    void anInterruptOfTheApplyThreadIsNoDiskError() throws Exception {
        try (var store = opened(-1)) {
            var builder = new EntryBuilder(64);
            builder.create(FileId.FIRST, new FileName("a"));
            builder.write(FileId.FIRST, 0, ByteBuffer.allocate(8).putLong(0, 42));

            Thread.currentThread().interrupt();
            var result = store.apply(new LogPosition(1, 0), Entry.decode(builder.finish(1, 1, 0)));
            store.checkpoint().finish();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(result).isEqualTo(ApplyResult.APPLIED);
            assertThat(store.checkpointed()).isEqualTo(new LogPosition(1, 0));
        }
    }

    @Test
    void damageOnTheDiskIsNamedByFileAndOffset() throws IOException {
        try (var store = opened(-1)) {
            var builder = new EntryBuilder(64);
            builder.create(FileId.FIRST, new FileName("journal/a"));
            builder.write(FileId.FIRST, 0, ByteBuffer.allocate(200_000));
            store.apply(new LogPosition(1, 0), Entry.decode(builder.finish(1, 1, 0)));
            var bytes = Files.readAllBytes(directory.resolve("data/1"));
            bytes[100_000] ^= 1;
            Files.write(directory.resolve("data/1"), bytes);

            assertThatThrownBy(() -> store.read(FileId.FIRST, 99_999, ByteBuffer.allocate(2)))
                    .isInstanceOf(DamageException.class)
                    .hasMessage("damaged: data/1 (journal/a) at offset 65536: its checksum does not match");
            store.read(FileId.FIRST, 0, ByteBuffer.allocate(65536));
        }
    }

    @Test
    void aLostFileIsDamageAndNotZeros() throws IOException {
        try (var store = opened(-1)) {
            var builder = new EntryBuilder(64);
            builder.create(FileId.FIRST, new FileName("a"));
            builder.fill(FileId.FIRST, 100_000);
            store.apply(new LogPosition(1, 0), Entry.decode(builder.finish(1, 1, 0)));
            store.checkpoint().finish();
        }
        Files.delete(directory.resolve("data/1"));

        try (var store = opened(-1)) {
            assertThatThrownBy(() -> store.read(FileId.FIRST, 0, ByteBuffer.allocate(10)))
                    .isInstanceOf(DamageException.class);
            assertThat(store.scrub().run(Long.MAX_VALUE).damage()).hasSize(2);
        }
    }

    @Test
    void moreFilesThanMayBeOpenAreNoTrouble() throws IOException {
        try (var store = Store.open(new LocalDisk(directory), new StoreSettings(64 << 10, 2))) {
            store.recover(-1);
            var builder = new EntryBuilder(64);
            for (int i = 1; i <= 50; i++) {
                builder.create(new FileId(i), new FileName("f" + i));
                builder.write(new FileId(i), 0, ByteBuffer.allocate(Long.BYTES).putLong(0, i));
            }
            store.apply(new LogPosition(1, 0), Entry.decode(builder.finish(1, 1, 0)));
            store.checkpoint().finish();
            for (int i = 1; i <= 50; i++) {
                var word = ByteBuffer.allocate(Long.BYTES);
                store.read(new FileId(i), 0, word);
                assertThat(word.getLong(0)).isEqualTo(i);
            }
        }
    }

    @Test
    void pathsCannotLeaveTheDirectory() throws IOException {
        var disk = new LocalDisk(directory);

        assertThatThrownBy(() -> disk.open("../x", true)).isInstanceOf(IllegalArgumentException.class);
    }

    private Store opened(long lastLogIndex) throws IOException {
        var store = Store.open(new LocalDisk(directory), StoreSettings.DEFAULT);
        store.recover(lastLogIndex);
        return store;
    }
}
