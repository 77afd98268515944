/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.replication.store.DamageException;
import io.quorummq.replication.store.Entry;
import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.FileName;
import io.quorummq.replication.store.FileOperation;
import io.quorummq.replication.store.LocalDisk;
import io.quorummq.replication.store.LogPosition;
import io.quorummq.replication.store.Store;
import io.quorummq.replication.store.StoreSettings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScrubbingTest {
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
    private static final int BLOCK = 1024;
    private static final int BLOCKS = 8;

    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private final List<DamageException> found = new ArrayList<>();
    private Store store;
    private Scrubbing scrubbing;

    @BeforeEach
    void open() throws IOException {
        store = Store.open(new LocalDisk(directory), new StoreSettings(BLOCK, 16));
        store.recover(-1);
        var bytes = ByteBuffer.allocate(BLOCKS * BLOCK);
        for (var i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, (byte) (i + 1));
        }
        store.apply(
                new LogPosition(1, 0),
                new Entry(
                        1,
                        1,
                        1,
                        List.of(
                                new FileOperation.Create(FileId.FIRST, new FileName("journal/one")),
                                new FileOperation.Write(FileId.FIRST, 0, bytes))));
        scrubbing = new Scrubbing(
                () -> store, new Scrubbing.Pace(4 * BLOCK, Duration.ofHours(1)), () -> NOON, nanos::get, found::add);
    }

    @AfterEach
    void close() {
        scrubbing.close();
        store.close();
    }

    @Test
    void aRoundReadsAllAndSaysSo() throws Exception {
        var round = scrubbing.scrubNow().get(30, TimeUnit.SECONDS);

        assertThat(round).isEqualTo(new Scrubbing.Round(NOON, 1, BLOCKS * BLOCK, List.of()));
        assertThat(scrubbing.last()).contains(round);
    }

    @Test
    void damageIsNamedByFileAndOffsetAndTold() throws Exception {
        damage(5 * BLOCK + 3);

        var round = scrubbing.scrubNow().get(30, TimeUnit.SECONDS);

        assertThat(round.damage()).hasSize(1);
        assertThat(round.damage().get(0).file()).contains("journal/one");
        assertThat(round.damage().get(0).offset()).isEqualTo(5 * BLOCK);
        assertThat(found).isEqualTo(round.damage());
    }

    @Test
    void regularRoundsReadSlowlyAndRestInBetween() throws Exception {
        for (var tick = 0; tick < BLOCKS - 1; tick++) {
            scrubbing.tick();
        }
        assertThat(scrubbing.last()).isEmpty();
        scrubbing.tick();
        scrubbing.tick();
        assertThat(scrubbing.last()).map(Scrubbing.Round::bytes).contains((long) BLOCKS * BLOCK);

        damage(0);
        scrubbing.tick();
        assertThat(found).isEmpty();
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        scrubbing.tick();

        assertThat(found).hasSize(1);
    }

    @Test
    void closedFilesEndAFastRoundAndSuspendTheSlowOnes() {
        store.close();

        scrubbing.tick();

        assertThat(scrubbing.last()).isEmpty();
        assertThat(scrubbing.scrubNow())
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("the store is closed");
    }

    private void damage(long offset) throws IOException {
        try (var file = new RandomAccessFile(directory.resolve("data/1").toFile(), "rw")) {
            file.seek(offset);
            file.write(99);
        }
    }
}
