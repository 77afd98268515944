/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A replica that gets its files from another one, killed wherever it hurts. {@code -Dstore.simulation.seed=} repeats a run. */
final class SnapshotInstallationTest {
    private static final System.Logger LOG = System.getLogger(SnapshotInstallationTest.class.getName());

    private final long seed = Long.getLong("store.simulation.seed", new SplittableRandom().nextLong());

    @Test
    void anInstallationKilledAtAnyStepEndsInTheOldStateOrTheNewOne() {
        LOG.log(System.Logger.Level.INFO, "-Dstore.simulation.seed={0}", Long.toString(seed));
        int old = 0;
        int fresh = 0;
        for (int round = 0; round < 10 * Integer.getInteger("store.simulation.effort", 1); round++) {
            long worldSeed = seed + round;
            for (long cut = 1; ; cut++) {
                try {
                    var run = new Installation(worldSeed);
                    boolean killed = run.killedAt(cut);
                    run.startAgain();
                    old += run.newState ? 0 : 1;
                    fresh += run.newState ? 1 : 0;
                    if (!killed) {
                        break;
                    }
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("world " + worldSeed + ", power cut at step " + cut + ": " + e, e);
                }
            }
        }
        assertThat(old).isPositive();
        assertThat(fresh).isPositive();
    }

    @Test
    void aDamagedReplicaFetchesOnlyTheBlocksThatDiffer() {
        var giver = new SimulatedWorld(seed);
        for (int i = 0; i < 300 || giver.model.files.size() < 3; i++) {
            giver.step();
        }
        giver.finishCheckpoint();
        var disk = giver.disk.copy();
        var damaged = new HashSet<String>();
        giver.model.files.forEach((id, file) -> {
            if (file.zeroFrom > 0 && file.bytes.length > 0) {
                int offset = giver.random.nextInt(Math.min(file.zeroFrom, file.bytes.length));
                disk.flipBit("data/" + id, offset, 2);
                damaged.add(id + ":" + offset / SimulatedWorld.BLOCK);
            }
        });

        var fetched = new HashSet<String>();
        var arriving = SnapshotImport.begin(disk, giver.store.export().manifest(), SnapshotImport.LocalFiles.AT_REST);
        try (var export = giver.store.export()) {
            for (var block : arriving.missing()) {
                fetched.add(block.file() + ":" + block.number());
                arriving.accept(block, export.read(block));
            }
            arriving.complete(export.redoUntil());
        }

        assertThat(fetched).isEqualTo(damaged);
        giver.check(giver.redone(disk));
    }

    @Test
    void filesThatStayWhereTheyAreAreMadeDurableToo() {
        var giver = new SimulatedWorld(seed);
        for (int i = 0; i < 100; i++) {
            giver.step();
        }
        giver.finishCheckpoint();
        var disk = new SimulatedDisk();
        var never = Store.open(disk, SimulatedWorld.SETTINGS);
        never.recover(-1);
        for (int index = 0; index < giver.log.size(); index++) {
            giver.applyTo(never, index);
        }
        var arriving = SnapshotImport.begin(disk, giver.store.export().manifest(), SnapshotImport.LocalFiles.AT_REST);
        assertThat(arriving.missing()).isEmpty();
        arriving.complete(-1);

        giver.check(giver.redone(disk.afterPowerCut(new SplittableRandom(seed))));
    }

    @Test
    void theInstalledStateStandsThoughTheOldOneWasLater() {
        var giver = new SimulatedWorld(seed);
        for (int i = 0; i < 50; i++) {
            giver.step();
        }
        giver.finishCheckpoint();
        var export = giver.store.export();
        for (int i = 0; i < 50; i++) {
            giver.step();
        }
        giver.finishCheckpoint();
        var disk = giver.disk.copy();
        var arriving = SnapshotImport.begin(disk, export.manifest(), SnapshotImport.LocalFiles.AT_REST);
        for (var block : arriving.missing()) {
            arriving.accept(block, export.read(block));
        }
        arriving.complete(export.redoUntil());

        assertThat(Store.open(disk.copy(), SimulatedWorld.SETTINGS).applied()).isEqualTo(export.position());
        giver.check(giver.redone(disk));
    }

    @Test
    void anAbandonedInstallationLeavesNothingBehind() {
        var giver = new SimulatedWorld(seed);
        for (int i = 0; i < 100; i++) {
            giver.step();
        }
        giver.finishCheckpoint();
        var disk = new SimulatedDisk();
        var arriving = SnapshotImport.begin(disk, giver.store.export().manifest(), SnapshotImport.LocalFiles.IN_USE);

        arriving.abandon();

        assertThat(disk.list("import/data")).isEmpty();
        assertThat(disk.list("import")).isEmpty();
        assertThat(Store.open(disk, SimulatedWorld.SETTINGS).applied()).isEqualTo(LogPosition.START);
    }

    @Test
    void blocksThatAreMissingAreNotPassedOver() {
        var giver = new SimulatedWorld(seed);
        for (int i = 0; i < 100 || giver.model.files.values().stream().allMatch(file -> file.zeroFrom == 0); i++) {
            giver.step();
        }
        giver.finishCheckpoint();
        var arriving = SnapshotImport.begin(
                new SimulatedDisk(), giver.store.export().manifest(), SnapshotImport.LocalFiles.AT_REST);

        assertThatThrownBy(() -> arriving.complete(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("blocks are missing");
    }

    @Test
    void aGiverDoesNotHandOnItsOwnDamage() {
        var giver = new SimulatedWorld(seed);
        for (int i = 0; i < 100 || giver.model.files.values().stream().allMatch(file -> file.zeroFrom == 0); i++) {
            giver.step();
        }
        giver.finishCheckpoint();
        var export = giver.store.export();
        var arriving = SnapshotImport.begin(new SimulatedDisk(), export.manifest(), SnapshotImport.LocalFiles.AT_REST);
        var block = arriving.missing().get(0);
        giver.disk.flipBit("data/" + block.file(), block.number() * SimulatedWorld.BLOCK, 0);

        assertThatThrownBy(() -> export.read(block))
                .isInstanceOf(DamageException.class)
                .hasMessageContaining("data/" + block.file() + " ");
    }

    /** A taker that is behind, empty or up to date, a giver that goes on, and perhaps a power cut. */
    private static final class Installation {
        private final SimulatedWorld giver;
        private final SplittableRandom random;
        private final Store older;
        private final int ownLog;
        private final long given;
        private SimulatedDisk disk = new SimulatedDisk();
        private int olderApplied;
        private boolean newState;

        Installation(long seed) {
            giver = new SimulatedWorld(seed);
            random = new SplittableRandom(~seed);
            for (int i = 0; i < 60; i++) {
                giver.step();
            }
            ownLog = random.nextBoolean() ? 60 : random.nextInt(60);
            older = Store.open(disk, SimulatedWorld.SETTINGS);
            older.recover(-1);
            int checkpointAt = random.nextInt(60);
            for (int stop = random.nextBoolean() ? ownLog : random.nextInt(ownLog + 1); olderApplied < stop; ) {
                applyOlder();
                if (olderApplied == checkpointAt) {
                    older.checkpoint().finish();
                }
            }
            for (int i = random.nextInt(20); i >= 0; i--) {
                giver.step();
            }
            giver.finishCheckpoint();
            given = giver.store.checkpointed().index();
            for (int i = random.nextInt(10); i > 0; i--) {
                giver.step();
            }
        }

        boolean killedAt(long cut) {
            disk.cutPowerAt(disk.steps() + cut);
            try {
                install();
                SnapshotImport.rollForward(disk);
                return false;
            } catch (SimulatedDisk.PowerCut killed) {
                return true;
            } catch (IOException e) {
                throw new StoreFailure("rolling forward", e);
            } finally {
                disk = disk.afterPowerCut(random);
            }
        }

        /** The log is the giver's; the taker redoes it from wherever it is. */
        void startAgain() {
            var found = Store.open(disk, SimulatedWorld.SETTINGS);
            newState = found.applied().index() >= given;
            assertThat(newState || found.applied().index() < ownLog).isTrue();
            found.recover(ownLog - 1);
            for (int index = (int) found.applied().index() + 1; index < giver.log.size(); index++) {
                giver.applyTo(found, index);
            }
            giver.check(found);
        }

        private void install() {
            boolean inUse = random.nextBoolean();
            try (var export = giver.store.export()) {
                var arriving = SnapshotImport.begin(
                        disk,
                        export.manifest(),
                        inUse ? SnapshotImport.LocalFiles.IN_USE : SnapshotImport.LocalFiles.AT_REST);
                var missing = new ArrayList<>(arriving.missing());
                while (!missing.isEmpty()) {
                    goOn(inUse);
                    var block = missing.remove(random.nextInt(missing.size()));
                    arriving.accept(block, export.read(block));
                }
                goOn(inUse);
                arriving.complete(export.redoUntil());
                goOn(inUse);
            }
        }

        private void goOn(boolean inUse) {
            for (int i = random.nextInt(3); i > 0; i--) {
                giver.step();
            }
            if (inUse && olderApplied < ownLog) {
                applyOlder();
            }
        }

        private void applyOlder() {
            giver.applyTo(older, olderApplied++);
        }
    }
}
