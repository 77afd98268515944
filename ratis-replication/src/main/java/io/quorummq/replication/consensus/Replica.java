/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.Disk;
import io.quorummq.replication.store.Store;

/** A state that is kept in files, so that another replica can give them to this one and take them from it. */
public interface Replica {
    /** Where the files are, whether a store is open or not. */
    Disk disk();

    /** The files as they are now; another object after each recovery. */
    Store store();

    /** What is known to be wrong with the files. */
    KnownDamage damage();
}
