/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import io.quorummq.config.Home;
import io.quorummq.replication.identity.ClusterConfiguration;

/** The way from an instance to its running cluster. */
@FunctionalInterface
public interface ClusterDoor {
    /** Opens connections when they are needed, with the certificate of the instance where it has one. */
    Session open(Home home);

    /** Held by one command. */
    interface Session extends AutoCloseable {
        ClusterClient client();

        /** What the instance was told of its cluster. */
        ClusterConfiguration cluster();

        @Override
        void close();
    }
}
