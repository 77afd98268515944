/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.config.Port;
import io.quorummq.core.ConfigurationException;
import io.quorummq.core.artemis.BrokerConfiguration.Acceptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the engine's ports: before it opens them, because we can say more about one that is taken; and after. */
final class Acceptors {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptors.class);

    private Acceptors() {}

    /**
     * Binds each port without listening there: a client that is looking for the node would be let in by a probe that
     * listens, be cut off, and then wait for its call to time out.
     */
    static void requireFree(List<Acceptor> acceptors) {
        for (var acceptor : acceptors) {
            try (var probe = new Socket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(acceptor.host(), acceptor.port()));
            } catch (IOException | IllegalArgumentException e) {
                throw new ConfigurationException(
                        "acceptor '" + acceptor.name() + "': cannot listen on " + acceptor.host() + ":"
                                + acceptor.port() + ": " + e.getMessage() + "; move it by " + mover(acceptor),
                        e);
            }
        }
    }

    /** The secret that signs CMQ requests is a password here, and core and PLAIN clients send it as it is. */
    static void warnOfOpenPlainPorts(List<Acceptor> acceptors) {
        var open = acceptors.stream()
                .filter(acceptor -> !acceptor.isTls() && !isLoopback(acceptor.host()))
                .map(acceptor -> acceptor.name() + " at " + acceptor.host() + ":" + acceptor.port())
                .toList();
        if (!open.isEmpty()) {
            LOG.warn("Passwords can be read on the network: no TLS on acceptor {}", String.join(", ", open));
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException cannotBeTold) {
            return false;
        }
    }

    private static String mover(Acceptor acceptor) {
        return switch (acceptor.name()) {
            case "core" -> Port.CORE.option() + " or --port-offset";
            case "amqp" -> Port.AMQP.option() + " or --port-offset";
            default -> "another port in broker.xml";
        };
    }
}
