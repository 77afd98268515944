/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import io.quorummq.replication.store.DamageException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The damaged places that reads and scrubs of this replica have met. While there is one the node takes no office; only an
 * installation of another replica's files makes it forget them.
 */
public final class KnownDamage {
    private static final Logger LOG = LoggerFactory.getLogger(KnownDamage.class);
    private static final int PLACES_MAX = 1_000;

    private final Set<Place> places = new LinkedHashSet<>();

    /** A damaged block of a file. */
    public record Place(String file, long offset) {
        @Override
        public String toString() {
            return file + " at offset " + offset;
        }
    }

    /** To be called by whoever reads: the same place counts once. */
    public void report(DamageException damage) {
        boolean fresh;
        synchronized (this) {
            fresh = places.size() < PLACES_MAX && places.add(new Place(damage.file(), damage.offset()));
        }
        if (fresh) {
            LOG.error("{}; this node takes no office until it is repaired", damage.getMessage());
        }
    }

    /** In the order they were met; at most a thousand are told. */
    public synchronized List<Place> places() {
        return List.copyOf(places);
    }

    /** The files are others now. */
    synchronized void forget() {
        places.clear();
    }
}
