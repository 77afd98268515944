/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.config.BrokerBehaviour;
import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.consensus.LeaderFiles;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a leader sees to before its broker starts: that its configuration fits the cluster's files, and that the cluster has credentials. */
final class LeaderDuties {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderDuties.class);

    private final String self;
    private final BrokerBehaviour behaviour;
    private final ClusterCredentials credentials;

    LeaderDuties(String self, BrokerBehaviour behaviour, ClusterCredentials credentials) {
        this.self = self;
        this.behaviour = behaviour;
        this.credentials = credentials;
    }

    /** Refuses with {@link ConfigurationException} what would harm the files; they are unchanged then. */
    void before(LeaderFiles files) throws IOException {
        var last = files.readAll(ClusterFiles.CONFIGURATION)
                .map(bytes -> BrokerBehaviour.LastLeader.of(UTF_8.decode(bytes).toString()));
        last.ifPresent(this::requireSameJournal);
        difference(last).ifPresent(words -> LOG.warn("This node leads although {}", words));
        if (files.readAll(ClusterFiles.CREDENTIALS).isEmpty()) {
            var unused = files.replace(ClusterFiles.CREDENTIALS, UTF_8.encode(credentials.text()));
        }
        var mine = new BrokerBehaviour.LastLeader(self, behaviour);
        if (!last.equals(Optional.of(mine))) {
            var unused = files.replace(ClusterFiles.CONFIGURATION, UTF_8.encode(behaviour.textOf(self)));
        }
    }

    private void requireSameJournal(BrokerBehaviour.LastLeader last) {
        if (last.behaviour().journalFileBytes() != behaviour.journalFileBytes()) {
            throw new ConfigurationException("journal-file-size is " + behaviour.journalFileBytes()
                    + " bytes in this node's broker.xml, but the cluster's journal has files of "
                    + last.behaviour().journalFileBytes() + ": it cannot be changed, set it back");
        }
    }

    /** In words, how this node's configuration differs from the last leader's. */
    Optional<String> difference(Optional<BrokerBehaviour.LastLeader> last) {
        return last.filter(leader -> !leader.behaviour().equals(behaviour))
                .map(leader -> "broker.xml of " + self + " differs from that of " + leader.label()
                        + ", which led last, in more than ports and names");
    }
}
