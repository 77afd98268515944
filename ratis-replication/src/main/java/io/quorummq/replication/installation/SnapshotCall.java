/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.installation;

import io.quorummq.replication.store.FileId;
import io.quorummq.replication.store.SnapshotImport.Block;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What a taker asks of a giver, and how it is written: a byte for the call, the shard, the taker's member id, then what belongs to
 * the call. A new program must understand an old one here while a cluster is upgraded: calls are added, never changed.
 */
enum SnapshotCall {
    /** The least index wanted; answered with term, index, length of the manifest, and the configuration. */
    BEGIN(1),
    /** An offset; answered with a part of the manifest. */
    MANIFEST(2),
    /** Number of blocks, then file, number and length of each; answered with length and bytes of each. */
    BLOCKS(3),
    /** Nothing; keeps the lease. */
    RENEW(4),
    /** Nothing; answered with the entry that redo has to pass. */
    END(5),
    /** An index: the log behind it is still needed. */
    HOLD(6);

    /** Bytes of blocks, or of a manifest, in one answer; a single larger block is sent all the same. */
    static final int BATCH_BYTES_MAX = 1 << 20;

    static final int BATCH_BLOCKS_MAX = 4096;

    /** A full batch and one more block of the largest size. */
    static final int ANSWER_BYTES_MAX = 2 * BATCH_BYTES_MAX + BATCH_BLOCKS_MAX * Integer.BYTES;

    private static final int BLOCK_REQUEST_BYTES = Long.BYTES + 2 * Integer.BYTES;

    private final byte code;

    SnapshotCall(int code) {
        this.code = (byte) code;
    }

    /** Each shard has a giver of its own. */
    static String service(String shard) {
        return "snapshot-" + shard;
    }

    static SnapshotCall of(byte code) {
        for (var call : values()) {
            if (call.code == code) {
                return call;
            }
        }
        throw new IllegalArgumentException("call " + code + " is not known here");
    }

    byte[] request(String shard, UUID taker) {
        return request(shard, taker, 0, rest -> {});
    }

    byte[] request(String shard, UUID taker, long argument) {
        return request(shard, taker, Long.BYTES, rest -> rest.putLong(argument));
    }

    byte[] offsetRequest(String shard, UUID taker, int offset) {
        return request(shard, taker, Integer.BYTES, rest -> rest.putInt(offset));
    }

    static byte[] blocksRequest(String shard, UUID taker, List<Block> blocks) {
        return BLOCKS.request(shard, taker, Integer.BYTES + blocks.size() * BLOCK_REQUEST_BYTES, rest -> {
            rest.putInt(blocks.size());
            for (var block : blocks) {
                rest.putLong(block.file().value()).putInt(block.number()).putInt(block.length());
            }
        });
    }

    private byte[] request(String shard, UUID taker, int restBytes, Consumer<ByteBuffer> rest) {
        var name = shard.getBytes(StandardCharsets.UTF_8);
        var request = ByteBuffer.allocate(2 + name.length + 2 * Long.BYTES + restBytes)
                .put(code)
                .put((byte) name.length)
                .put(name)
                .putLong(taker.getMostSignificantBits())
                .putLong(taker.getLeastSignificantBits());
        rest.accept(request);
        return request.array();
    }

    static String text(ByteBuffer in) {
        var bytes = new byte[Byte.toUnsignedInt(in.get())];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static UUID uuid(ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    static List<Block> blocks(ByteBuffer in) {
        var count = in.getInt();
        if (count < 0 || count > BATCH_BLOCKS_MAX) {
            throw new IllegalArgumentException(count + " blocks at once; allowed: " + BATCH_BLOCKS_MAX);
        }
        var blocks = new ArrayList<Block>(count);
        for (var i = 0; i < count; i++) {
            var block = new Block(new FileId(in.getLong()), in.getInt(), in.getInt());
            if (block.number() < 0 || block.length() < 0 || block.length() > BATCH_BYTES_MAX) {
                throw new IllegalArgumentException("no such block: " + block);
            }
            blocks.add(block);
        }
        return blocks;
    }

    static long answerBytes(List<Block> blocks) {
        return blocks.stream()
                .mapToLong(block -> Integer.BYTES + block.length())
                .sum();
    }
}
