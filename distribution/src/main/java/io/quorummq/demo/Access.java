/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

import io.quorummq.core.credential.Credential;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;

/** Where the nodes are reached by each protocol, and the credential for all of them. */
record Access(List<URI> cmq, List<String> core, List<String> amqp, Credential credential) {
    /**
     * What makes Artemis' client go on to the next node until it finds the one that leads: with reconnectAttempts it would
     * ask for the dead one only. A call that was cut off fails after ten seconds instead of thirty.
     */
    private static final String CORE_FAILOVER = "?reconnectAttempts=0&failoverAttempts=-1"
            + "&useTopologyForLoadBalancing=false&initialConnectAttempts=30&retryInterval=200&callTimeout=10000";

    Access {
        cmq = List.copyOf(cmq);
        core = List.copyOf(core);
        amqp = List.copyOf(amqp);
    }

    /** For Artemis' JMS client. */
    String coreUri() {
        return core.size() == 1
                ? "tcp://" + core.get(0)
                : core.stream().map(at -> "tcp://" + at).collect(Collectors.joining(",", "(", ")" + CORE_FAILOVER));
    }

    /** For Qpid JMS. */
    String amqpUri() {
        return amqp.size() == 1
                ? "amqp://" + amqp.get(0)
                : amqp.stream().map(at -> "amqp://" + at).collect(Collectors.joining(",", "failover:(", ")"));
    }
}
