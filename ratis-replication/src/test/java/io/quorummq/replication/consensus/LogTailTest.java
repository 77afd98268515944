/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs written by Ratis itself, then damaged as a power cut or a bad disk would. */
final class LogTailTest {
    private static final int SHORT = 20;
    private static final int LONG = 2_000;

    @TempDir
    static Path written;

    @TempDir
    Path directory;

    @Test
    void aHealthyLogIsReadToItsEndAndNotTouched() throws Exception {
        var log = copyOf(SHORT);
        var before = contents(log);

        var extent = LogTail.repair(log);

        assertThat(extent.cutAt()).isEmpty();
        assertThat(extent.first()).isZero();
        assertThat(extent.last()).isEqualTo(20);
        assertThat(contents(log)).isEqualTo(before);
    }

    @Test
    void anEmptyOrAbsentLogIsNoDamage() throws Exception {
        assertThat(LogTail.repair(directory.resolve("none")).isEmpty()).isTrue();
        Files.createFile(directory.resolve("log_inprogress_0"));
        assertThat(LogTail.repair(directory).isEmpty()).isTrue();
        Files.write(directory.resolve("log_inprogress_0"), new byte[4096]);
        assertThat(LogTail.repair(directory).isEmpty()).isTrue();
    }

    @Test
    void aTornLastEntryIsCutOffWhereverItIsTorn() throws Exception {
        var log = copyOf(SHORT);
        var open = openSegment(log);
        var image = Files.readAllBytes(open);
        var entries = entryOffsets(image);
        var start = entries.get(entries.size() - 2);
        var end = entries.get(entries.size() - 1);

        for (var torn = start + 1; torn < end; torn++) {
            var damaged = image.clone();
            Arrays.fill(damaged, torn, end, (byte) 0);
            if (Arrays.equals(damaged, image)) {
                continue;
            }
            Files.write(open, damaged);

            var extent = LogTail.repair(log);

            assertThat(extent.last()).as("torn at %s", torn).isEqualTo(19);
            assertThat(extent.cutAt()).as("torn at %s", torn).hasValue((long) start);
            assertThat(Files.size(open)).isEqualTo((long) start);
            assertThat(LogTail.repair(log).cutAt()).isEmpty();
        }
    }

    @Test
    void aTailWhoseBeginningDidNotReachTheDiskIsCutOff() throws Exception {
        var log = copyOf(SHORT);
        var open = openSegment(log);
        var offsets = entryOffsets(Files.readAllBytes(open));
        overwrite(open, offsets.get(offsets.size() - 2), new byte[8]);

        assertThat(LogTail.repair(log).last()).isEqualTo(19);
    }

    @Test
    void aTailOfAnyBytesThatAreNoEntryIsCutOff() throws Exception {
        var log = copyOf(SHORT);
        var open = openSegment(log);
        var end = entryOffsets(Files.readAllBytes(open)).get(21);
        var seed = new Random().nextLong();
        for (var i = 0; i < 50; i++) {
            var random = new Random(seed + i);
            var garbage = new byte[1 + random.nextInt(3_000)];
            random.nextBytes(garbage);
            overwrite(open, end, garbage);

            var extent = LogTail.repair(log);

            assertThat(extent.last()).as("seed %s", seed + i).isEqualTo(20);
            assertThat(extent.cutAt()).as("seed %s", seed + i).hasValue((long) end);
        }
    }

    @Test
    void aFlippedBitInTheMiddleIsRefusedWithFileAndOffsetAndNothingIsChanged() throws Exception {
        var log = copyOf(SHORT);
        var open = openSegment(log);
        var image = Files.readAllBytes(open);
        var offsets = entryOffsets(image);

        for (var entry = 0; entry < offsets.size() - 2; entry++) {
            for (var at = offsets.get(entry); at < offsets.get(entry + 1); at += 3) {
                var damaged = image.clone();
                damaged[at] ^= 0x10;
                Files.write(open, damaged);
                var offset = offsets.get(entry);

                assertThatThrownBy(() -> LogTail.repair(log))
                        .isInstanceOf(CorruptLogException.class)
                        .hasMessageContaining(open + " at offset " + offset);
                assertThat(Files.readAllBytes(open)).isEqualTo(damaged);
            }
        }
    }

    @Test
    void aClosedSegmentIsNeverCut() throws Exception {
        var log = copyOf(LONG);
        var closed = segments(log).get(0);
        assertThat(closed.getFileName().toString()).matches("log_0-\\d+");
        var size = Files.size(closed);
        overwrite(closed, (int) size - 2, new byte[2]);

        assertThatThrownBy(() -> LogTail.repair(log))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining(closed.toString());
        assertThat(Files.size(closed)).isEqualTo(size);
    }

    @Test
    void aMissingSegmentIsRefused() throws Exception {
        var log = copyOf(LONG);
        var segments = segments(log);
        assertThat(segments).hasSizeGreaterThan(2);
        Files.delete(segments.get(1));

        assertThatThrownBy(() -> LogTail.repair(log))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("but the segment before it ends at");
    }

    @Test
    void aNodeStartsOnATornTailAndNotOnACorruptLog() throws Exception {
        try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
            var node = write(cluster, 20);
            var open = openSegment(node.log());
            var image = Files.readAllBytes(open);
            var offsets = entryOffsets(image);
            overwrite(open, offsets.get(5) + 4, new byte[] {1, 2, 3});

            assertThatThrownBy(() -> node.raft.open(RaftNode.Formation.RESTART))
                    .isInstanceOf(CorruptLogException.class)
                    .hasMessageContaining("quorummq cluster replace");
            assertThat(node.raft.isOpen()).isFalse();

            Files.write(open, image);
            overwrite(open, offsets.get(20) + 4, new byte[] {1, 2, 3});
            node.raft.open(RaftNode.Formation.RESTART);
            cluster.leader();
            assertThat(node.state.numbers())
                    .isEqualTo(LongStream.range(0, 19).boxed().toList());
        }
    }

    @BeforeAll
    static void writeLogs() throws Exception {
        for (var entries : List.of(SHORT, LONG)) {
            var directory = written.resolve("cluster-" + entries);
            try (var cluster = new TestCluster(directory, 1, TestCluster.alone()).form()) {
                copy(write(cluster, entries).log(), written.resolve("log-" + entries));
            }
        }
    }

    /** Entry 0 is Raft's own, then one entry for each number. */
    private Path copyOf(int entries) throws IOException {
        var log = directory.resolve("log");
        copy(written.resolve("log-" + entries), log);
        return log;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (var segment : segments(from)) {
            Files.copy(segment, to.resolve(segment.getFileName().toString()));
        }
    }

    private static TestCluster.Node write(TestCluster cluster, int entries) throws Exception {
        var node = cluster.leader();
        var acks = new Acks();
        var log = node.office().orElseThrow().log();
        for (var i = 0; i < entries; i++) {
            acks.append(log, i, 1);
            log.barrier().get(30, TimeUnit.SECONDS);
        }
        node.raft.close();
        return node;
    }

    private static List<Path> segments(Path log) throws IOException {
        try (var files = Files.list(log)) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_"))
                    .sorted(Comparator.comparingInt(file -> Integer.parseInt(
                            file.getFileName().toString().replaceAll("log_(inprogress_)?(\\d+).*", "$2"))))
                    .toList();
        }
    }

    private static Path openSegment(Path log) throws IOException {
        var segments = segments(log);
        return segments.get(segments.size() - 1);
    }

    /** Where each entry begins, and where the last one ends. */
    private static List<Integer> entryOffsets(byte[] segment) {
        var offsets = new ArrayList<Integer>();
        var at = 8;
        while (at < segment.length && segment[at] != 0) {
            offsets.add(at);
            var length = 0;
            var shift = 0;
            for (; segment[at] < 0; at++, shift += 7) {
                length |= (segment[at] & 0x7f) << shift;
            }
            length |= segment[at] << shift;
            at += 1 + length + 4;
        }
        offsets.add(at);
        return offsets;
    }

    private static void overwrite(Path file, int offset, byte[] bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    private static List<ByteBuffer> contents(Path log) throws IOException {
        var contents = new ArrayList<ByteBuffer>();
        for (var segment : segments(log)) {
            contents.add(ByteBuffer.wrap(Files.readAllBytes(segment)));
        }
        return contents;
    }
}
