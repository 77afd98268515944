/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms.jndi;

import io.quorummq.jms.QuorumMqConnectionFactory;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import javax.naming.ConfigurationException;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import org.apache.qpid.jms.JmsQueue;
import org.apache.qpid.jms.JmsTopic;
import org.apache.qpid.jms.jndi.LazyCreateContext;
import org.apache.qpid.jms.jndi.ReadOnlyContext;
import org.jspecify.annotations.Nullable;

/**
 * A JNDI context made of properties, without a directory server.
 *
 * <p>{@code connectionfactory.NAME=quorummq://...}, {@code queue.NAME=...} and {@code topic.NAME=...} bind a name each;
 * {@code java.naming.security.principal} and {@code .credentials} are secretId and secretKey of the factories. The
 * properties are those of the environment and of the file or URL that {@code java.naming.provider.url} names; where
 * that is a {@code quorummq://} URI itself, it is bound as {@value #DEFAULT_FACTORY}. Any queue and topic can be looked
 * up as {@code dynamicQueues/NAME} and {@code dynamicTopics/NAME}.
 */
public final class QuorumMqInitialContextFactory implements InitialContextFactory {
    private static final String DEFAULT_FACTORY = "ConnectionFactory";
    private static final String FACTORY_PREFIX = "connectionfactory.";
    private static final String QUEUE_PREFIX = "queue.";
    private static final String TOPIC_PREFIX = "topic.";

    @Override
    public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
        var properties = new TreeMap<String, String>();
        environment.forEach((name, value) -> properties.put(String.valueOf(name), String.valueOf(value)));
        var bindings = new HashMap<String, Object>();
        var location = properties.get(Context.PROVIDER_URL);
        if (location != null && isConnectionUri(location)) {
            bindings.put(DEFAULT_FACTORY, factory(Context.PROVIDER_URL, location, properties));
        } else if (location != null) {
            load(location).forEach((name, value) -> properties.put(String.valueOf(name), String.valueOf(value)));
        }
        for (var property : properties.entrySet()) {
            bind(property.getKey(), property.getValue().strip(), properties, bindings);
        }
        bindings.put("dynamicQueues", new DynamicQueues());
        bindings.put("dynamicTopics", new DynamicTopics());
        return new ReadOnlyContext(environment, bindings);
    }

    private static void bind(String name, String value, Map<String, String> properties, Map<String, Object> bindings)
            throws NamingException {
        if (name.startsWith(FACTORY_PREFIX)) {
            bindings.put(name.substring(FACTORY_PREFIX.length()), factory(name, value, properties));
        } else if (name.startsWith(QUEUE_PREFIX)) {
            bindings.put(name.substring(QUEUE_PREFIX.length()), new JmsQueue(value));
        } else if (name.startsWith(TOPIC_PREFIX)) {
            bindings.put(name.substring(TOPIC_PREFIX.length()), new JmsTopic(value));
        }
    }

    private static QuorumMqConnectionFactory factory(String property, String uri, Map<String, String> properties)
            throws NamingException {
        try {
            return new QuorumMqConnectionFactory(
                    uri, properties.get(Context.SECURITY_PRINCIPAL), properties.get(Context.SECURITY_CREDENTIALS));
        } catch (IllegalArgumentException e) {
            throw withCause("property " + property + ": " + e.getMessage(), e);
        }
    }

    private static boolean isConnectionUri(String location) {
        return location.toLowerCase(Locale.ROOT).startsWith("quorummq");
    }

    private static Properties load(String location) throws NamingException {
        var loaded = new Properties();
        var url = asUrl(location);
        try (var in = url == null ? Files.newInputStream(Path.of(location)) : url.openStream()) {
            loaded.load(in);
            return loaded;
        } catch (IOException | IllegalArgumentException e) {
            throw withCause(
                    Context.PROVIDER_URL + "=" + location
                            + " can be read neither as a properties file nor as a quorummq:// URI: " + e,
                    e);
        }
    }

    private static @Nullable URL asUrl(String location) {
        try {
            return new URL(location);
        } catch (MalformedURLException e) {
            // a plain path then
            return null;
        }
    }

    private static NamingException withCause(String text, Exception cause) {
        var exception = new ConfigurationException(text);
        exception.initCause(cause);
        return exception;
    }

    @SuppressWarnings("unchecked") // the parent implements generic methods without generics
    private static final class DynamicQueues extends LazyCreateContext {
        private static final long serialVersionUID = 1L;

        @Override
        protected Object createEntry(String name) {
            return new JmsQueue(name);
        }
    }

    @SuppressWarnings("unchecked") // the parent implements generic methods without generics
    private static final class DynamicTopics extends LazyCreateContext {
        private static final long serialVersionUID = 1L;

        @Override
        protected Object createEntry(String name) {
            return new JmsTopic(name);
        }
    }
}
