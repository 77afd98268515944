/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.core.remoting.server.RemotingService;
import org.apache.activemq.artemis.spi.core.protocol.ProtocolManagerFactory;

/** Refuses acceptors that Artemis would leave out with a warning and go on without. */
final class AcceptorChecks {
    private final BrokerConfiguration configuration;

    AcceptorChecks(BrokerConfiguration configuration) {
        this.configuration = configuration;
    }

    /** Before anything is opened: protocols that are not there, key stores that cannot be read. */
    @SuppressWarnings("rawtypes") // as the service is declared
    void requireUsable() {
        var protocols = new TreeSet<String>();
        for (var factory : ServiceLoader.load(ProtocolManagerFactory.class)) {
            protocols.addAll(Arrays.asList(factory.getProtocols()));
        }
        protocols.add("CORE");
        for (var acceptor : configuration.artemis().getAcceptorConfigurations()) {
            var params = acceptor.getCombinedParams();
            for (var protocol :
                    text(params, TransportConstants.PROTOCOLS_PROP_NAME).split(",", -1)) {
                if (!protocol.isBlank() && !protocols.contains(protocol.strip())) {
                    throw refusal(acceptor, "protocol " + protocol + " is not here; there are: " + protocols);
                }
            }
            var keyStore = text(params, TransportConstants.KEYSTORE_PATH_PROP_NAME);
            if (Boolean.parseBoolean(text(params, TransportConstants.SSL_ENABLED_PROP_NAME))
                    && !keyStore.isEmpty()
                    && !keyStore.contains("://")
                    && !Files.isReadable(Path.of(keyStore))) {
                throw refusal(acceptor, "there is no readable key store " + keyStore);
            }
        }
    }

    /** After the start: every acceptor that is to open by itself is open. */
    void requireOpen(RemotingService remoting) {
        for (var acceptor : configuration.artemis().getAcceptorConfigurations()) {
            var opened = remoting.getAcceptor(acceptor.getName());
            if (opened == null || (opened.isAutoStart() && !opened.isStarted())) {
                throw refusal(acceptor, "it did not open; the log says why");
            }
        }
    }

    private static String text(Map<String, Object> params, String key) {
        var value = params.get(key);
        return value == null ? "" : value.toString().strip();
    }

    private ConfigurationException refusal(TransportConfiguration acceptor, String reason) {
        return new ConfigurationException(configuration.file() + ": acceptor '" + acceptor.getName() + "': " + reason);
    }
}
