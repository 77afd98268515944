/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * What processes have used so far, as Linux counts it.
 *
 * @param cpuSeconds user and system time of all their threads since they began
 * @param residentKilobytes their memory now
 * @param threads their threads now
 */
record ProcessUsage(double cpuSeconds, long residentKilobytes, long threads) {
    /** Linux shows times to programs in hundredths, whatever its own tick is. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;
    private static final int THREADS = 17;

    /** The sum over processes, each of which must be alive. */
    static ProcessUsage of(List<Long> pids) throws IOException {
        double cpu = 0;
        long resident = 0;
        long threads = 0;
        for (long pid : pids) {
            var usage = of(pid);
            cpu += usage.cpuSeconds;
            resident += usage.residentKilobytes;
            threads += usage.threads;
        }
        return new ProcessUsage(cpu, resident, threads);
    }

    private static ProcessUsage of(long pid) throws IOException {
        var directory = Path.of("/proc", Long.toString(pid));
        try {
            return parse(Files.readString(directory.resolve("stat")), Files.readString(directory.resolve("status")));
        } catch (NoSuchFileException e) {
            throw new IOException("no process " + pid + " (" + directory + " does not exist)", e);
        }
    }

    /** Reads the two files of a process; the name in {@code stat} may hold blanks and parentheses. */
    static ProcessUsage parse(String stat, String status) {
        var afterName = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ", -1);
        double ticks = Long.parseLong(afterName[USER_TIME]) + Long.parseLong(afterName[SYSTEM_TIME]);
        return new ProcessUsage(
                ticks / TICKS_PER_SECOND, residentKilobytes(status), Long.parseLong(afterName[THREADS]));
    }

    private static long residentKilobytes(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
