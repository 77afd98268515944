/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import io.quorummq.config.Port;
import io.quorummq.core.ConfigurationException;
import io.quorummq.core.artemis.BrokerConfiguration.Acceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/** Looks at the engine's ports before the engine opens them, because we can say more about one that is taken. */
final class Acceptors {
    private Acceptors() {}

    static void requireFree(List<Acceptor> acceptors) {
        for (var acceptor : acceptors) {
            try (var probe = new ServerSocket()) {
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

    private static String mover(Acceptor acceptor) {
        return switch (acceptor.name()) {
            case "core" -> Port.CORE.option() + " or --port-offset";
            case "amqp" -> Port.AMQP.option() + " or --port-offset";
            default -> "another port in broker.xml";
        };
    }
}
