/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A log that grows at random, a store that applies it on a simulated disk, and the model of what the store must hold. */
final class SimulatedWorld {
    static final int BLOCK = 64;
    static final StoreSettings SETTINGS = new StoreSettings(BLOCK, 3);
    private static final int FILES_MAX = 8;
    private static final int FILE_BYTES_MAX = 300;

    final SplittableRandom random;
    final ModelFiles model = new ModelFiles();
    final List<Logged> log = new ArrayList<>();
    final List<byte[]> manifests = new ArrayList<>();
    SimulatedDisk disk = new SimulatedDisk();
    Store store;
    private @Nullable Checkpoint checkpoint;
    private long term = 1;
    private long sequence;

    record Logged(LogPosition position, ByteBuffer encoded) {}

    SimulatedWorld(long seed) {
        random = new SplittableRandom(seed);
        store = Store.open(disk, SETTINGS);
        store.recover(-1);
    }

    /** One entry into log, model and store, and perhaps a bit of a checkpoint. The log and the model have it even if the power goes. */
    void step() {
        append();
        applyLast();
        advanceCheckpoint();
    }

    void append() {
        long logTerm = term;
        var builder = new EntryBuilder(64);
        int dice = random.nextInt(400);
        if (dice < 4) {
            term++;
            logTerm = term;
            sequence = random.nextInt(5) == 0 ? 1 : 0;
        } else if (dice < 6) {
            sequence++;
        } else if (dice < 8) {
            sequence = Math.max(0, sequence - 1);
        }
        long entryTerm = dice == 8 ? term - 1 : term;
        int operations = random.nextInt(4);
        var scratch = new OperationsAhead(model);
        for (int i = 0; i < operations; i++) {
            scratch.addOne(builder);
        }
        sequence++;
        var encoded = builder.finish(entryTerm, sequence, random.nextInt(1000) + 10L * log.size());
        log.add(new Logged(new LogPosition(logTerm, log.size()), encoded));
        model.apply(logTerm, Entry.decode(encoded));
        if (model.closed && random.nextInt(3) == 0) {
            term++;
            sequence = 0;
        }
    }

    private void applyLast() {
        applyTo(store, log.size() - 1);
    }

    ApplyResult applyTo(Store target, int index) {
        var logged = log.get(index);
        return target.apply(logged.position(), Entry.decode(logged.encoded()));
    }

    private void advanceCheckpoint() {
        var current = checkpoint;
        if (current == null) {
            if (random.nextInt(20) == 0) {
                checkpoint = store.checkpoint();
            }
        } else if (random.nextInt(50) == 0) {
            current.cancel();
            checkpoint = null;
        } else if (random.nextBoolean() && !current.step()) {
            checkpoint = null;
            manifests.add(disk.bytes(Manifests.fileName(current.position())));
        }
    }

    /** A durable checkpoint of what is applied now. */
    void finishCheckpoint() {
        if (checkpoint != null) {
            checkpoint.finish();
            checkpoint = null;
        }
        var current = store.checkpoint();
        current.finish();
        manifests.add(disk.bytes(Manifests.fileName(current.position())));
    }

    /** The power is cut and comes back; the log still has every entry, as a majority fsynced it before it was applied. */
    void recover() {
        checkpoint = null;
        disk = disk.afterPowerCut(random);
        if (random.nextInt(4) == 0) {
            disk.cutPowerAt(1 + random.nextInt(40));
        }
        try {
            store = redone(disk);
        } catch (SimulatedDisk.PowerCut again) {
            recover();
        }
        disk.cutPowerAt(Long.MAX_VALUE);
    }

    Store redone(Disk from) {
        var opened = Store.open(from, SETTINGS);
        opened.recover(log.size() - 1);
        for (int index = (int) opened.applied().index() + 1; index < log.size(); index++) {
            applyTo(opened, index);
        }
        return opened;
    }

    void check() {
        check(store);
    }

    void check(Store checked) {
        assertThat(checked.redoing()).isFalse();
        assertThat(checked.applied().index()).isEqualTo(log.size() - 1);
        assertThat(checked.clockMillis()).isEqualTo(model.clockMillis);
        var names = checked.table().names();
        assertThat(names).hasSize(model.files.size());
        model.files.forEach((id, file) -> {
            assertThat(names).containsEntry(new FileName(file.name), new FileId(id));
            assertThat(checked.table().length(new FileId(id))).isEqualTo(file.bytes.length);
            assertThat(bytes(checked, id)).isEqualTo(file.bytes);
        });
        assertThat(checked.tableHash().get().sha256()).isEqualTo(model.hash(BLOCK));
        var scrub = checked.scrub().run(Long.MAX_VALUE);
        assertThat(scrub.damage()).isEmpty();
        assertThat(scrub.roundFinished()).isTrue();
    }

    byte[] bytes(Store from, long id) {
        var buffer = ByteBuffer.allocate((int) from.table().length(new FileId(id)));
        from.read(new FileId(id), 0, buffer);
        return buffer.array();
    }

    long anyFile() {
        var ids = List.copyOf(model.files.keySet());
        return ids.isEmpty() ? 0 : ids.get(random.nextInt(ids.size()));
    }

    /** Operations for the files as they will be when the entry is applied; now and then one that cannot be. */
    private final class OperationsAhead {
        private long nextId;
        private int live;

        OperationsAhead(ModelFiles model) {
            nextId = model.nextId;
            live = model.files.size();
        }

        void addOne(EntryBuilder builder) {
            long id = anyFile();
            if (random.nextInt(1000) == 0) {
                builder.write(new FileId(nextId + 5), 0, content(3));
                return;
            }
            if (id == 0 || (live < FILES_MAX && random.nextInt(8) == 0)) {
                var created = new FileId(nextId++);
                live++;
                builder.create(created, new FileName("d/" + created));
                builder.write(created, random.nextInt(5), content(1 + random.nextInt(100)));
                return;
            }
            var file = new FileId(id);
            int dice = random.nextInt(100);
            if (dice < 45) {
                builder.write(file, model.file(id).zeroFrom, content(1 + random.nextInt(40)));
            } else if (dice < 75) {
                builder.write(file, random.nextInt(FILE_BYTES_MAX), content(1 + random.nextInt(150)));
            } else if (dice < 82) {
                builder.fill(file, random.nextInt(FILE_BYTES_MAX));
            } else if (dice < 91) {
                builder.truncate(file, random.nextInt(FILE_BYTES_MAX));
            } else if (dice < 96) {
                long other = anyFile();
                builder.rename(
                        file, new FileName(random.nextBoolean() ? "r/" + random.nextInt(20) : model.file(other).name));
            } else {
                builder.delete(file);
            }
        }

        private ByteBuffer content(int length) {
            var bytes = new byte[length];
            random.nextBytes(bytes);
            return ByteBuffer.wrap(bytes);
        }
    }
}
