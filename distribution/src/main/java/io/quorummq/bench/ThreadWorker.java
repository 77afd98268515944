/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

/** A worker that has a thread of its own. */
abstract class ThreadWorker implements Worker {
    private static final long JOIN_MILLIS = 10_000;

    private final Thread thread;
    private final Meter meter;
    private final String name;

    ThreadWorker(String name, Meter meter) {
        this.name = name;
        this.meter = meter;
        this.thread = new Thread(this::guarded, name);
        thread.setDaemon(true);
    }

    /** The worker's life, from start to end. */
    abstract void work() throws Exception;

    /** Frees what the worker has open. */
    abstract void release() throws Exception;

    final void failed(Throwable failure) {
        meter.failed(name.replaceAll("-\\d+$", "") + ": " + Failures.text(failure));
    }

    private void guarded() {
        try {
            work();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            failed(e);
        }
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public boolean ended() {
        return !thread.isAlive();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            release();
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            failed(e);
        }
    }
}
