/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.util.Map;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerPlugin;

/**
 * A {@code <broker-plugin>} element of {@code broker.xml} that only carries settings: the program reads them and does
 * the wiring, also on nodes where no engine runs; the engine never gets to call it. Subclasses are public and have a
 * public constructor without parameters.
 */
public abstract class PluginSettings implements ActiveMQServerPlugin {
    private Map<String, String> properties = Map.of();

    @Override
    public final void init(Map<String, String> values) {
        properties = Map.copyOf(values);
    }

    final Map<String, String> properties() {
        return properties;
    }
}
