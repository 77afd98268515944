/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.Store;
import java.io.IOException;

/** The entries of the log that are committed, for those who redo them over a copy of the files. */
public interface CommittedLog {
    /** Keeps all entries that are there now, until closed, unless the disk gets short; then redoing them fails. */
    Hold hold();

    /** Applies to a store the entries from the one behind its last up to an index, which has to be applied here already. */
    void redo(Store into, long lastIndex) throws IOException;

    /** A promise about the log. */
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }
}
