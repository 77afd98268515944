/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskGuardTest {
    private static final DiskGuard.Levels LEVELS = new DiskGuard.Levels(800, 200, 100);

    private final Disk disk = new Disk();
    private final DiskGuard guard = new DiskGuard(disk::free, LEVELS, disk, disk);

    @Test
    void whileThereIsRoomOnlyTheReserveIsTaken() {
        disk.free = 5_000;
        guard.tick();
        guard.tick();

        assertThat(disk.events).isEmpty();
        assertThat(disk.reserved).isTrue();
        assertThat(guard.state()).isEqualTo(DiskGuard.State.ROOMY);
    }

    @Test
    void sendsAreRefusedBelowTheLowMarkAndTakenAgainClearlyAboveIt() {
        disk.free = 799;
        guard.tick();
        disk.free = 899;
        guard.tick();
        assertThat(disk.events).containsExactly("refuse");

        disk.free = 900;
        guard.tick();

        assertThat(disk.events).containsExactly("refuse", "allow");
        assertThat(guard.state()).isEqualTo(DiskGuard.State.ROOMY);
    }

    @Test
    void theReserveAndTheOfficeAreGivenUpBeforeTheNodeCloses() {
        disk.free = 5_000;
        guard.tick();
        disk.free = 199;
        guard.tick();

        assertThat(disk.reserved).isFalse();
        assertThat(disk.events).containsExactly("refuse", "make room");
        assertThat(disk.free()).isEqualTo(299);
        assertThat(guard.state()).isEqualTo(DiskGuard.State.SHORT);

        disk.free -= 100;
        guard.tick();

        assertThat(disk.events).containsExactly("refuse", "make room", "close");
        assertThat(guard.state()).isEqualTo(DiskGuard.State.CLOSED);
    }

    @Test
    void aClosedNodeOpensByItselfWhenThereIsRoomForTheReserveToo() {
        disk.free = 50;
        guard.tick();
        guard.tick();
        assertThat(guard.state()).isEqualTo(DiskGuard.State.CLOSED);
        disk.free = 999;
        guard.tick();
        assertThat(guard.state()).isEqualTo(DiskGuard.State.CLOSED);

        disk.free = 1_000;
        guard.tick();

        assertThat(disk.events).containsExactly("refuse", "make room", "close", "open", "allow");
        assertThat(guard.state()).isEqualTo(DiskGuard.State.ROOMY);
        assertThat(disk.reserved).isTrue();
    }

    @Test
    void whatFailsIsTriedAgain() {
        disk.free = 50;
        guard.tick();
        disk.failing = true;
        disk.free = 2_000;
        guard.tick();
        assertThat(guard.state()).isEqualTo(DiskGuard.State.CLOSED);

        disk.failing = false;
        guard.tick();

        assertThat(guard.state()).isEqualTo(DiskGuard.State.ROOMY);
    }

    @Test
    void levelsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new DiskGuard.Levels(100, 100, 0)).hasMessageContaining("low must be above critical");
    }

    @Test
    void theReserveFileReallyTakesItsSpace(@TempDir Path directory) throws Exception {
        var file = directory.resolve("reserve");
        var reserve = new ReserveFile(file, (1 << 20) + 17);

        reserve.take();
        reserve.take();
        assertThat(file).hasSize((1 << 20) + 17);

        reserve.giveUp();
        assertThat(file).doesNotExist();
    }

    /** A disk of which others take and give room; the reserve counts as used. */
    private static final class Disk implements DiskGuard.Reserve, DiskGuard.Actions {
        final List<String> events = new ArrayList<>();
        long free;
        boolean reserved;
        boolean failing;

        long free() {
            return free;
        }

        @Override
        public void take() throws IOException {
            reserved = true;
        }

        @Override
        public void giveUp() {
            if (reserved) {
                reserved = false;
                free += LEVELS.reserveBytes();
            }
        }

        @Override
        public void refuseSends(String reason) {
            events.add("refuse");
        }

        @Override
        public void allowSends() {
            events.add("allow");
        }

        @Override
        public void makeRoom() {
            events.add("make room");
        }

        @Override
        public void close(String reason) {
            events.add("close");
        }

        @Override
        public void open() throws IOException {
            if (failing) {
                throw new IOException("a port in use");
            }
            events.add("open");
        }
    }
}
