/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.io.IOException;
import java.util.Optional;

/** Between the last checkpoint and the first entry of the log there are entries that are gone: only an installation helps. */
public final class MissingEntriesException extends IOException {
    private static final long serialVersionUID = 1;

    private final long indexWanted;

    MissingEntriesException(String shard, String why, long indexWanted) {
        super("shard " + shard + ": " + why + ". Until it has got another node's files up to entry " + indexWanted
                + " this node neither votes nor serves");
        this.indexWanted = indexWanted;
    }

    /** The one among the causes of a failure, if there is one. */
    static Optional<MissingEntriesException> in(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MissingEntriesException missing) {
                return Optional.of(missing);
            }
        }
        return Optional.empty();
    }

    /** The least entry that an installation must reach, so that the log connects. */
    public long indexWanted() {
        return indexWanted;
    }
}
