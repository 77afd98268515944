/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorummq.replication.store.FileName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeaderFilesTest {
    private static final int OPERATION_BYTES_MAX = 64 << 10;
    private static final FileName ONE = new FileName("journal/one");
    private static final FileName TWO = new FileName("journal/two");

    @TempDir
    Path directory;

    private HeldLog log;
    private LeaderFiles files;

    @BeforeEach
    void open() throws IOException {
        log = new HeldLog(
                directory,
                new LogWriter.Limits(
                        OPERATION_BYTES_MAX,
                        OPERATION_BYTES_MAX,
                        4,
                        1 << 20,
                        TimeUnit.MILLISECONDS.toNanos(200),
                        TimeUnit.SECONDS.toNanos(20)));
        files = new LeaderFiles(log.writer, log.store);
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void namesAndLengthsAreThereBeforeTheCommit() throws Exception {
        log.hold();

        var one = files.create(ONE);
        one.fill(1000);
        write(one, 1000, "appended");
        var two = files.create(TWO);
        write(two, 0, "x");
        two.truncate(0);

        assertThat(files.find(ONE)).contains(one);
        assertThat(one.length()).isEqualTo(1008);
        assertThat(two.length()).isZero();
        assertThat(files.list("journal/")).containsExactly(ONE, TWO);
        assertThat(files.list("paging/")).isEmpty();
        assertThat(log.store.table().names()).isEmpty();
    }

    @Test
    void aReaderWaitsForTheBytesThatAreInFlight() throws Exception {
        log.hold();
        var one = files.create(ONE);
        write(one, 0, "in flight");

        var read = CompletableFuture.supplyAsync(() -> text(one));
        log.awaitHolding();
        assertThat(read).isNotDone();
        log.release();

        assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo("in flight");
    }

    @Test
    void aReaderIsWokenByTheEndOfTheOffice() throws Exception {
        log.hold();
        var one = files.create(ONE);
        write(one, 0, "never confirmed");
        var read = CompletableFuture.supplyAsync(() -> text(one));
        log.awaitHolding();

        files.fence("a new leader");

        assertThatThrownBy(() -> read.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(FencedException.class);
        assertThatThrownBy(() -> write(one, 0, "late")).isInstanceOf(FencedException.class);
        assertThatThrownBy(() -> files.create(TWO)).isInstanceOf(FencedException.class);
        assertThatThrownBy(files::sync).isInstanceOf(FencedException.class);
    }

    @Test
    void aFileIsReadUnderItsNewNameAndReplacesTheOneThatHadIt() throws Exception {
        var one = files.create(ONE);
        write(one, 0, "one");
        var two = files.create(TWO);
        write(two, 0, "two");

        one.rename(TWO);

        assertThat(files.find(ONE)).isEmpty();
        assertThat(files.find(TWO)).contains(one);
        assertThat(text(one)).isEqualTo("one");
        assertThat(two.isDeleted()).isTrue();
        assertThatThrownBy(() -> write(two, 0, "gone")).isInstanceOf(NoSuchFileException.class);
        files.sync();
        assertThat(log.store.table().names()).containsOnlyKeys(TWO);
    }

    @Test
    void aNameIsFreeAgainAfterTheDeletionAndTakenBefore() throws Exception {
        var one = files.create(ONE);
        assertThatThrownBy(() -> files.create(ONE)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(files.findOrCreate(ONE)).isSameAs(one);

        one.delete();
        one.delete();
        var again = files.create(ONE);
        write(again, 0, "again");

        assertThat(text(again)).isEqualTo("again");
        assertThat(log.writer.isFenced()).isFalse();
    }

    @Test
    void whatNoOperationCanHoldIsWrittenInSeveralAndConfirmedOnce() throws Exception {
        var bytes = new byte[3 * OPERATION_BYTES_MAX + 5];
        new Random(3).nextBytes(bytes);
        var acks = new Acks();
        var one = files.create(ONE);

        one.write(7, ByteBuffer.wrap(bytes), acks.of(1));
        one.offer(7 + bytes.length, ByteBuffer.wrap(bytes), acks.of(2));
        files.sync();

        await().untilAsserted(() -> assertThat(acks.committed).containsExactly(1L, 2L));
        var read = ByteBuffer.allocate(bytes.length);
        one.read(7, read);
        assertThat(read.array()).isEqualTo(bytes);
        one.read(7 + bytes.length, read.clear());
        assertThat(read.array()).isEqualTo(bytes);
        assertThat(one.length()).isEqualTo(7 + 2L * bytes.length);
    }

    @Test
    void aWriteThatFindsNoRoomEndsTheOffice() throws Exception {
        log.hold();
        var one = files.create(ONE);
        var bytes = ByteBuffer.allocate(OPERATION_BYTES_MAX);

        assertThatThrownBy(() -> {
                    for (var i = 0; i < 100; i++) {
                        one.write(0, bytes, LeaderFile.UNHEARD);
                    }
                })
                .isInstanceOf(FencedException.class);

        assertThat(files.isFenced()).isTrue();
    }

    @Test
    void anOfferThatFindsNoRoomIsLeftOut() throws Exception {
        log.hold();
        var one = files.create(ONE);
        var bytes = ByteBuffer.allocate(OPERATION_BYTES_MAX);
        var taken = new ArrayList<Integer>();

        assertThatThrownBy(() -> {
                    for (var i = 0; i < 100; i++) {
                        one.offer(one.length(), bytes, LeaderFile.UNHEARD);
                        taken.add(i);
                    }
                })
                .isInstanceOf(BacklogFullException.class);

        assertThat(files.isFenced()).isFalse();
        assertThat(one.length()).isEqualTo((long) taken.size() * OPERATION_BYTES_MAX);
        log.release();
        write(one, one.length(), "end");
        assertThat(text(one)).endsWith("end");
    }

    @Test
    void aSmallFileIsReplacedAsAWhole() throws Exception {
        var name = new FileName("cluster/credential");
        assertThat(files.readAll(name)).isEmpty();

        files.replace(name, UTF_8.encode("first")).get(10, TimeUnit.SECONDS);
        log.hold();
        var second = files.replace(name, UTF_8.encode("second, longer"));
        assertThat(second).isNotDone();
        log.release();
        second.get(10, TimeUnit.SECONDS);

        assertThat(files.readAll(name).map(UTF_8::decode)).hasToString("Optional[second, longer]");
        assertThat(files.list("cluster/")).containsExactly(name);
        assertThat(new LeaderFiles(log.writer, log.store).readAll(name)).isEqualTo(files.readAll(name));
    }

    @Test
    void aReplacementFailsWithTheOffice() throws Exception {
        log.hold();
        var replaced = files.replace(ONE, UTF_8.encode("lost"));

        files.fence("a new leader");

        assertThatThrownBy(() -> replaced.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(FencedException.class);
    }

    @Test
    void operationsOfManyThreadsReachTheFilesInTheOrderOfTheView() throws Exception {
        var threads = new ArrayList<CompletableFuture<Void>>();
        for (var thread = 0; thread < 4; thread++) {
            var own = new FileName("paging/" + thread);
            threads.add(CompletableFuture.runAsync(() -> {
                try {
                    for (var i = 0; i < 200; i++) {
                        var file = files.findOrCreate(own);
                        write(file, file.length(), "x".repeat(i % 7));
                        if (i % 10 == 9) {
                            file.rename(new FileName(own + ".old"));
                        }
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        CompletableFuture.allOf(threads.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        files.sync();

        var names = files.list("");
        assertThat(log.store.table().names()).containsOnlyKeys(names.toArray(FileName[]::new));
        for (var name : names) {
            var file = files.find(name).orElseThrow();
            assertThat(log.store.table().length(file.id())).isEqualTo(file.length());
        }
        assertThat(names).containsAll(List.of(new FileName("paging/0.old"), new FileName("paging/3.old")));
    }

    private static void write(LeaderFile file, long offset, String text) throws IOException {
        file.write(offset, UTF_8.encode(text), LeaderFile.UNHEARD);
    }

    private static String text(LeaderFile file) {
        try {
            var bytes = ByteBuffer.allocate((int) file.length());
            file.read(0, bytes);
            return UTF_8.decode(bytes.flip()).toString();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
