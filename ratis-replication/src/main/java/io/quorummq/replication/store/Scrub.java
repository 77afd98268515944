/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Re-reads all files against the table, a bounded part per call, round and round. One thread at a time. */
public final class Scrub {
    private final FileTable table;
    private final ByteBuffer buffer;
    private List<FileId> round = List.of();
    private int file;
    private int block;

    Scrub(FileTable table, int blockBytes) {
        this.table = table;
        buffer = ByteBuffer.allocate(blockBytes);
    }

    /** What one call has found; after the last block of the last file the next call begins anew. */
    public record Report(long bytesRead, boolean roundFinished, List<DamageException> damage) {
        public Report {
            damage = List.copyOf(damage);
        }
    }

    /** Reads at least one block, and no further one once so many bytes were read. */
    public Report run(long bytesMax) {
        var damage = new ArrayList<DamageException>();
        long read = 0;
        if (file == 0 && block == 0) {
            round = table.ids();
        }
        for (; file < round.size(); file++, block = 0) {
            var stored = table.ifLive(round.get(file));
            for (; stored.isPresent() && block < stored.get().blocks(); block++) {
                if (read >= bytesMax && read > 0) {
                    return new Report(read, false, damage);
                }
                try {
                    read += stored.get().readBlock(block, buffer);
                } catch (DamageException e) {
                    damage.add(e);
                    read += buffer.capacity();
                }
            }
        }
        file = 0;
        block = 0;
        return new Report(read, true, damage);
    }
}
