/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogFormat;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through a Raft log before Ratis opens it. A power cut may leave the end of the last segment half written, which Ratis
 * takes for corruption since the file was filled with zeros ahead: such a tail was never acknowledged and is cut off. Anything
 * else that does not check out is corruption and refused.
 *
 * <p>A tail is torn when no valid entry follows the first bad byte of the open segment. Where one follows, the bad bytes may
 * have been acknowledged, and cutting there would lose what follows.
 */
final class LogTail {
    private static final Logger LOG = LoggerFactory.getLogger(LogTail.class);
    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
    private static final int CHECKSUM_BYTES = 4;
    private static final int LENGTH_BYTES_MAX = 5;
    /** Every entry of a real log begins with its term, which is never 0: that makes an entry cheap to look for. */
    private static final byte TERM_TAG = LogEntryProto.TERM_FIELD_NUMBER << 3;

    private static final long INDEX_JUMP_MAX = 1_000_000;

    private LogTail() {}

    /** What the log holds: indexes of its first and last entry, and where its tail was cut off, if it was. */
    record Extent(long first, long last, OptionalLong cutAt) {
        static final Extent EMPTY = new Extent(-1, -1, OptionalLong.empty());

        boolean isEmpty() {
            return last < first || first < 0;
        }
    }

    /**
     * Checks every entry and repairs a torn tail; nothing is changed otherwise.
     *
     * @throws CorruptLogException naming file and offset
     */
    static Extent repair(Path logDirectory) throws IOException {
        var extent = Extent.EMPTY;
        for (var segment : segments(logDirectory)) {
            if (!extent.isEmpty() && segment.start() != extent.last() + 1) {
                throw new CorruptLogException(
                        segment.file(),
                        0,
                        "it begins at index " + segment.start() + ", but the segment before it ends at "
                                + extent.last());
            }
            var scan = new Scan(segment, Files.readAllBytes(segment.file()));
            scan.run();
            var cut = OptionalLong.empty();
            if (scan.damage != null) {
                cut = OptionalLong.of(scan.cutOrRefuse());
            } else if (segment.end().isPresent() && scan.last != segment.end().getAsLong()) {
                throw new CorruptLogException(segment.file(), scan.position, "it ends at index " + scan.last);
            }
            extent = new Extent(extent.first() < 0 ? segment.start() : extent.first(), scan.last, cut);
        }
        return extent;
    }

    /**
     * Removes a log that ends before the state it belongs to, as it does after an installation: all its entries are in there. Ratis
     * would keep the open segment and then refuse every entry for the gap behind it. The oldest goes first, so that what a crash
     * leaves of it still connects.
     */
    static void removeCovered(Path logDirectory) throws IOException {
        for (var segment : segments(logDirectory)) {
            Files.delete(segment.file());
            VoteDurability.syncDirectory(logDirectory);
        }
    }

    private static List<Segment> segments(Path directory) throws IOException {
        var segments = new ArrayList<Segment>();
        if (!Files.isDirectory(directory)) {
            return segments;
        }
        try (var files = Files.newDirectoryStream(directory, "log_*")) {
            for (var file : files) {
                var name = file.getFileName().toString();
                var closed = CLOSED.matcher(name);
                var open = OPEN.matcher(name);
                if (closed.matches()) {
                    segments.add(new Segment(
                            file, Long.parseLong(closed.group(1)), OptionalLong.of(Long.parseLong(closed.group(2)))));
                } else if (open.matches() && Files.size(file) > 0) {
                    segments.add(new Segment(file, Long.parseLong(open.group(1)), OptionalLong.empty()));
                }
            }
        }
        segments.sort(Comparator.comparingLong(Segment::start));
        return segments;
    }

    private record Segment(Path file, long start, OptionalLong end) {}

    /** A walk through one segment up to its end or its first bad byte. */
    private static final class Scan {
        private final Segment segment;
        private final byte[] bytes;
        private int position;
        private long last;
        private @Nullable String damage;

        Scan(Segment segment, byte[] bytes) {
            this.segment = segment;
            this.bytes = bytes;
            this.last = segment.start() - 1;
        }

        void run() {
            var header = SegmentedRaftLogFormat.getHeaderBytebuffer();
            if (!startsWith(header)) {
                damage = "its header is damaged";
                return;
            }
            position = header.remaining();
            while (position < bytes.length && bytes[position] != SegmentedRaftLogFormat.getTerminator()) {
                var length = validEntryAt(position, last + 1, last + 1);
                if (length < 0) {
                    damage = "there is no valid entry for index " + (last + 1);
                    return;
                }
                position += length;
                last++;
            }
            if (!onlyZerosFrom(position)) {
                damage = "after index " + last + " there is something that is no entry";
            }
        }

        /** The offset at which the torn tail was cut off. */
        long cutOrRefuse() throws IOException {
            if (segment.end().isPresent() || validEntryFollows()) {
                throw new CorruptLogException(segment.file(), position, String.valueOf(damage));
            }
            LOG.warn(
                    "{}: {}, at offset {}, and no entry follows: a write cut short, never acknowledged. Cutting it off.",
                    segment.file(),
                    damage,
                    position);
            try (var channel = FileChannel.open(segment.file(), StandardOpenOption.WRITE)) {
                channel.truncate(position);
                channel.force(true);
            }
            return position;
        }

        private boolean startsWith(ByteBuffer header) {
            return bytes.length >= header.remaining()
                    && ByteBuffer.wrap(bytes, 0, header.remaining()).equals(header);
        }

        private boolean validEntryFollows() {
            for (var offset = position + 1; offset < bytes.length; offset++) {
                if (bytes[offset] != 0 && validEntryAt(offset, last + 1, last + INDEX_JUMP_MAX) > 0) {
                    return true;
                }
            }
            return false;
        }

        private boolean onlyZerosFrom(int offset) {
            for (var i = offset; i < bytes.length; i++) {
                if (bytes[i] != SegmentedRaftLogFormat.getTerminator()) {
                    return false;
                }
            }
            return true;
        }

        /** Bytes of the whole entry at this offset; -1 when there is no valid one with an index within these bounds. */
        private int validEntryAt(int offset, long indexMin, long indexMax) {
            var body = 0;
            var lengthBytes = 0;
            for (; ; lengthBytes++) {
                if (lengthBytes == LENGTH_BYTES_MAX || offset + lengthBytes >= bytes.length) {
                    return -1;
                }
                var next = bytes[offset + lengthBytes];
                body |= (next & 0x7f) << (7 * lengthBytes);
                if (next >= 0) {
                    lengthBytes++;
                    break;
                }
            }
            var end = (long) offset + lengthBytes + body;
            if (body <= 0 || end + CHECKSUM_BYTES > bytes.length || bytes[offset + lengthBytes] != TERM_TAG) {
                return -1;
            }
            var crc = new CRC32C();
            crc.update(bytes, offset, lengthBytes + body);
            if ((int) crc.getValue() != ByteBuffer.wrap(bytes).getInt((int) end)) {
                return -1;
            }
            try {
                var index = LogEntryProto.parseFrom(ByteBuffer.wrap(bytes, offset + lengthBytes, body))
                        .getIndex();
                return index >= indexMin && index <= indexMax ? lengthBytes + body + CHECKSUM_BYTES : -1;
            } catch (InvalidProtocolBufferException e) {
                LOG.debug("{}: checksum holds at {}, but it is no entry", segment.file(), offset, e);
                return -1;
            }
        }
    }
}
