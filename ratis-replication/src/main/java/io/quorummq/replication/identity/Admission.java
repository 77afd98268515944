/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.identity.Admissions.Answer;
import io.quorummq.replication.identity.OtherNodes.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a node without token and identity the new identity under which the cluster admits it, if it does. */
final class Admission {
    static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

    private final ClusterConfiguration cluster;
    private final IdentityFiles files;
    private final OtherNodes others;
    private final Pause pause;

    Admission(ClusterConfiguration cluster, IdentityFiles files, OtherNodes others, Pause pause) {
        this.cluster = cluster;
        this.files = files;
        this.others = others;
        this.pause = pause;
    }

    /** Waits until a node answers that knows; refuses when nobody has admitted this node. */
    MemberIdentity admit() throws InterruptedException {
        if (cluster.others().isEmpty()) {
            throw new ConfigurationException(
                    without() + " and no other node to ask in etc/cluster.properties: restore a"
                            + " backup, or make a new home with 'quorummq create'");
        }
        var told = false;
        while (true) {
            var unknown = new LinkedHashMap<String, String>();
            var answers = ask(unknown);
            for (var answer : answers) {
                if (answer instanceof Answer.Open open) {
                    return join(open);
                }
            }
            if (answers.stream().anyMatch(Answer.None.class::isInstance)) {
                throw refusal();
            }
            if (!told) {
                LOG.info(
                        "{}; waiting for a node that can tell whether {} was admitted: {}",
                        without(),
                        cluster.self(),
                        unknown);
                told = true;
            }
            pause.of(PAUSE);
        }
    }

    private List<Answer> ask(Map<String, String> unknown) throws InterruptedException {
        var answers = new ArrayList<Answer>();
        var outcomes = others.ask(cluster.others(), AdmissionService.NAME, asked -> AdmissionService.request(cluster));
        outcomes.forEach((label, outcome) -> {
            if (outcome instanceof Outcome.Answered answered) {
                answers.add(AdmissionService.parse(label, answered.text()));
                unknown.put(label, "does not lead");
            } else if (outcome instanceof Outcome.Refused refused) {
                // another cluster's node at this address, or one that is not up yet: only who leads can say no
                unknown.put(label, refused.reason());
            } else if (outcome instanceof Outcome.Silent silent) {
                unknown.put(label, silent.reason());
            }
        });
        return answers;
    }

    private MemberIdentity join(Answer.Open open) {
        var identity = MemberIdentity.admitted(cluster, open.member());
        files.write(identity);
        files.dropToken();
        LOG.info("Admitted as member {} ({}) of cluster {}", cluster.self(), open.member(), cluster.clusterId());
        return identity;
    }

    private ConfigurationException refusal() {
        var label = cluster.self();
        return new ConfigurationException(without() + " and the cluster has not admitted node " + label
                + ": it lost its data, run 'quorummq cluster replace " + label
                + "' on another node; or it is new, run 'quorummq cluster add " + label + "=HOST'");
    }

    private String without() {
        return files.data() + " holds no identity";
    }
}
