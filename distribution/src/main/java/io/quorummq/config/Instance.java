/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import io.quorummq.core.credential.Credential;
import io.quorummq.replication.identity.BootstrapToken;
import io.quorummq.replication.identity.ClusterConfiguration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes into a new instance directory.
 *
 * @param token null for a node that comes later, and is to be admitted
 * @param credentials those the cluster begins with; the replicated ones count as soon as the node has them
 */
record Instance(
        ClusterConfiguration cluster,
        @Nullable BootstrapToken token,
        String brokerXml,
        String logConfiguration,
        List<Credential> credentials) {
    Instance {
        credentials = List.copyOf(credentials);
    }
}
