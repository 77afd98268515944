/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import static java.lang.System.Logger.Level.INFO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * The store against a simple model, on a disk that loses and tears what was not fsynced. {@code -Dstore.simulation.seed=} repeats a
 * run, {@code -Dstore.simulation.effort=} multiplies its length.
 */
final class StoreSimulationTest {
    private static final System.Logger LOG = System.getLogger(StoreSimulationTest.class.getName());
    private static final int EFFORT = Integer.getInteger("store.simulation.effort", 1);

    private final long seed = Long.getLong("store.simulation.seed", new SplittableRandom().nextLong());
    private long steps;
    private long cuts;

    @BeforeEach
    void printSeed(TestInfo test) {
        LOG.log(INFO, "{0}: -Dstore.simulation.seed={1}", test.getDisplayName(), Long.toString(seed));
    }

    @Test
    void filesAreWhatTheLogSaysAfterAPowerCutAtEachDiskStep() {
        for (int round = 0; round < 10 * EFFORT; round++) {
            long worldSeed = seed + round;
            long all = run(worldSeed, 60, Long.MAX_VALUE);
            for (long cut = 1; cut <= all; cut++) {
                run(worldSeed, 60, cut);
            }
        }
        assertThat(steps).isGreaterThan(10_000);
    }

    /** Answers the disk steps that the run took. */
    private long run(long worldSeed, int entries, long cutAt) {
        return described("world " + worldSeed + ", power cut at disk step " + cutAt, () -> {
            var world = new SimulatedWorld(worldSeed);
            world.disk.cutPowerAt(cutAt);
            for (int i = 0; i < entries; i++) {
                try {
                    world.step();
                } catch (SimulatedDisk.PowerCut cut) {
                    steps += world.disk.steps();
                    cuts++;
                    world.recover();
                    world.check();
                }
            }
            world.check();
            steps += world.disk.steps();
            return world.disk.steps();
        });
    }

    @Test
    void filesAreWhatTheLogSaysThroughLongRunsWithPowerCutsAtRandom() {
        for (int round = 0; round < 80 * EFFORT; round++) {
            long worldSeed = seed + round;
            described("world " + worldSeed, () -> {
                var world = new SimulatedWorld(worldSeed);
                long next = 1L + world.random.nextInt(2000);
                world.disk.cutPowerAt(next);
                for (int i = 0; i < 5000; i++) {
                    try {
                        world.step();
                    } catch (SimulatedDisk.PowerCut cut) {
                        steps += world.disk.steps();
                        cuts++;
                        world.recover();
                        world.check();
                        world.disk.cutPowerAt(world.disk.steps() + 1 + world.random.nextInt(2000));
                    }
                }
                steps += world.disk.steps();
                world.check();
                return 0L;
            });
        }
        LOG.log(INFO, "{0} disk steps, {1} power cuts", steps, cuts);
    }

    @Test
    void redoFromAnyOlderManifestEndsInTheSameState() {
        for (int round = 0; round < 10 * EFFORT; round++) {
            long worldSeed = seed + round;
            described("world " + worldSeed, () -> {
                var world = new SimulatedWorld(worldSeed);
                for (int i = 0; i < 600; i++) {
                    world.step();
                }
                for (byte[] manifest : world.manifests) {
                    var disk = world.random.nextBoolean()
                            ? world.disk.copy()
                            : world.disk.copy().afterPowerCut(world.random);
                    new Manifests(disk).unlinkAll();
                    Manifests.write(disk, "manifest-0", ByteBuffer.wrap(manifest));
                    world.check(world.redone(disk));
                }
                var fromTheBeginning = world.disk.copy();
                new Manifests(fromTheBeginning).unlinkAll();
                world.check(world.redone(fromTheBeginning));
                return 0L;
            });
        }
    }

    @Test
    void aDamagedNewestManifestIsPassedOverForTheOneBefore() {
        var world = new SimulatedWorld(seed);
        for (int i = 0; i < 200; i++) {
            world.step();
        }
        world.finishCheckpoint();
        world.step();
        world.finishCheckpoint();
        world.disk.flipBit(Manifests.fileName(world.store.checkpointed()), 30, 3);

        var reopened = world.redone(world.disk.copy());

        assertThat(reopened.damagedManifests()).hasSize(1);
        world.check(reopened);
    }

    @Test
    void aFlippedBitIsFoundAtItsPlaceAndNeverHandedOut() {
        for (int round = 0; round < 300 * EFFORT; round++) {
            long worldSeed = seed + round;
            described("world " + worldSeed, () -> {
                var world = new SimulatedWorld(worldSeed);
                for (int i = 0; i < 60; i++) {
                    world.step();
                }
                long id = world.anyFile();
                if (id == 0 || world.model.file(id).bytes.length == 0) {
                    return 0L;
                }
                int offset = world.random.nextInt(world.model.file(id).bytes.length);
                world.disk.flipBit("data/" + id, offset, world.random.nextInt(8));

                assertDamageAt(world, id, offset);
                for (int i = 0; i < 30; i++) {
                    world.step();
                    assertNothingWrongIsRead(world, world.store);
                }
                assertHiddenDamageShowsInTheHash(world);
                return 0L;
            });
        }
    }

    private static void assertDamageAt(SimulatedWorld world, long id, int offset) {
        var damage = world.store.scrub().run(Long.MAX_VALUE).damage();
        assertThat(damage).hasSize(1);
        assertThat(damage.get(0).file()).startsWith("data/" + id + " ");
        assertThat(damage.get(0).offset()).isEqualTo(offset - offset % SimulatedWorld.BLOCK);
        assertThatThrownBy(() -> world.store.read(new FileId(id), offset, ByteBuffer.allocate(1)))
                .isInstanceOf(DamageException.class);
    }

    private static void assertNothingWrongIsRead(SimulatedWorld world, Store store) {
        world.model.files.forEach((id, file) -> {
            try {
                assertThat(world.bytes(store, id)).isEqualTo(file.bytes);
            } catch (DamageException detected) {
                assertThat(detected.file()).startsWith("data/" + id + " ");
            }
        });
    }

    /** A redo sums blocks anew that it overwrites in part, and so may take damage for truth: then the hash tells. */
    private static void assertHiddenDamageShowsInTheHash(SimulatedWorld world) {
        var restarted = world.redone(world.disk.copy());
        if (restarted.tableHash().get().sha256().equals(world.model.hash(SimulatedWorld.BLOCK))) {
            assertNothingWrongIsRead(world, restarted);
        }
    }

    private <T> T described(String what, Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (AssertionError | Exception e) {
            throw new AssertionError(what + " (seed " + seed + "): " + e, e);
        }
    }

    private interface Attempt<T> {
        T run() throws Exception;
    }
}
