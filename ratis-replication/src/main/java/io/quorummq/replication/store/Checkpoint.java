/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * One checkpoint on its way to the disk, beside the apply thread: first the bytes of all files changed since the last one, then the
 * manifest, then the end of what was deleted before it. Runs in steps, on one thread, so that the caller may pace it or give it up.
 */
public final class Checkpoint {
    private final Store store;
    private final Manifest manifest;
    private final ChangedFiles.Change change;
    private final Deque<Step> steps = new ArrayDeque<>();
    private boolean durable;

    Checkpoint(Store store, Manifest manifest, ChangedFiles.Change change, DataFiles data, Disk disk) {
        this.store = store;
        this.manifest = manifest;
        this.change = change;
        var manifests = new Manifests(disk);
        for (var file : change.written()) {
            steps.add(() -> data.fsync(file));
        }
        if (change.directory()) {
            steps.add(() -> disk.fsyncDirectory(DataFiles.DIRECTORY));
        }
        steps.add(() -> manifests.writeTemporary(manifest.encode()));
        steps.add(() -> {
            manifests.putInPlace(manifest.position());
            durable = true;
            store.checkpointDurable(this.manifest);
        });
        steps.add(manifests::unlinkOld);
        steps.add(() -> store.unlink(change.deleted()));
    }

    /** The entry whose state it holds. */
    public LogPosition position() {
        return manifest.position();
    }

    /** Does a part of the work; answers whether there is more. An error of the disk ends the replica, see {@link Store#failure()}. */
    public boolean step() {
        var next = steps.poll();
        if (next != null) {
            store.orFail("checkpoint at " + position(), next);
        }
        if (steps.isEmpty()) {
            store.checkpointOver(this);
            return false;
        }
        return true;
    }

    /** All that is left to do; answers the entry up to which the log is no longer needed. */
    public LogPosition finish() {
        while (step()) {
            // each step is one piece of disk work
        }
        return position();
    }

    /** Gives it up before its end; what it has not done the next one does. */
    public void cancel() {
        if (!steps.isEmpty()) {
            steps.clear();
            store.takeBack(durable ? new ChangedFiles.Change(Set.of(), change.deleted(), false) : change);
            store.checkpointOver(this);
        }
    }

    /** A piece of disk work. */
    interface Step {
        void run() throws IOException;
    }
}
