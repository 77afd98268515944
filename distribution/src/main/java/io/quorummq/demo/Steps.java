/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Runs the demo's steps one after the other, and tells each with the time it took. */
final class Steps {
    private final PrintWriter out;
    private final LongSupplier nanoTime;
    private int done;

    Steps(PrintWriter out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
    }

    int done() {
        return done;
    }

    void title(String text) {
        out.println(text);
        out.flush();
    }

    /** A remark to the step before. */
    void tell(String text) {
        out.println(" ".repeat(20) + text);
        out.flush();
    }

    <T> T step(String what, Callable<T> action) throws Exception {
        var begun = nanoTime.getAsLong();
        T result;
        try {
            result = action.call();
        } catch (Exception e) {
            tell("FAILED", begun, what + ": " + e.getMessage());
            throw e;
        }
        tell("ok", begun, what);
        done++;
        return result;
    }

    private void tell(String outcome, long begun, String what) {
        var millis = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - begun);
        out.printf("  %-6s %6d ms  %s%n", outcome, millis, what);
        out.flush();
    }

    /** Refuses an outcome that is not the promised one. */
    static void expect(String what, Object promised, Object found) {
        if (!Objects.equals(promised, found)) {
            throw new DemoFailure(what + " is '" + found + "', promised was '" + promised + "'");
        }
    }

    static void expect(String what, boolean holds) {
        if (!holds) {
            throw new DemoFailure("not so: " + what);
        }
    }
}
