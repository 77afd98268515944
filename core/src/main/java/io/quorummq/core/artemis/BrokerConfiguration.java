/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import io.quorummq.core.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.core.server.JournalType;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * A {@code broker.xml}: a normal Artemis file whose {@code <broker-plugin>} elements also carry our own settings. System
 * properties fill its placeholders ({@code ${name:default}}).
 */
public final class BrokerConfiguration {
    private final Path file;
    private final Configuration artemis;
    private final List<PluginSettings> ours;

    private BrokerConfiguration(Path file, Configuration artemis, List<PluginSettings> ours) {
        this.file = file;
        this.artemis = artemis;
        this.ours = List.copyOf(ours);
    }

    /**
     * Reads the file; relative directories in it are below {@code home}.
     *
     * @throws ConfigurationException if the file is missing, is not what Artemis' schema allows, or names a plugin that
     *     cannot be loaded
     */
    public static BrokerConfiguration read(Path file, Path home) {
        if (!Files.isReadable(file)) {
            throw new ConfigurationException("there is no readable configuration file " + file);
        }
        var plugins = pluginClasses(file);
        var artemis = new FileConfiguration();
        try {
            new FileDeploymentManager(file.toUri().toString())
                    .addDeployable(artemis)
                    .readConfiguration();
        } catch (Exception e) {
            throw new ConfigurationException(file + " cannot be used: " + culprit(e, plugins) + firstLine(e), e);
        }
        if (!artemis.isParsed()) {
            throw new ConfigurationException(file + " has no <core> element");
        }
        var ours = new ArrayList<PluginSettings>();
        for (var plugin : List.copyOf(artemis.getBrokerPlugins())) {
            if (plugin instanceof PluginSettings settings) {
                ours.add(settings);
                artemis.unRegisterBrokerPlugin(plugin);
            }
        }
        settle(artemis, home);
        return new BrokerConfiguration(file, artemis, ours);
    }

    /** Read first by ourselves: Artemis' parser reports what is no XML past the log, and without the line. */
    private static List<String> pluginClasses(Path file) {
        try {
            var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            builder.setErrorHandler(new DefaultHandler());
            var elements = builder.parse(file.toFile()).getElementsByTagName("broker-plugin");
            return IntStream.range(0, elements.getLength())
                    .mapToObj(i -> ((Element) elements.item(i)).getAttribute("class-name"))
                    .toList();
        } catch (SAXParseException e) {
            throw new ConfigurationException(file + " line " + e.getLineNumber() + ": " + e.getMessage(), e);
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new ConfigurationException(file + " cannot be read: " + firstLine(e), e);
        }
    }

    /** The plugin that threw, where it was one. */
    private static String culprit(Throwable failure, List<String> plugins) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            for (var frame : cause.getStackTrace()) {
                if (plugins.contains(frame.getClassName())) {
                    return "broker-plugin " + frame.getClassName() + ": ";
                }
            }
        }
        return "";
    }

    private static void settle(Configuration artemis, Path home) {
        artemis.setJournalDirectory(below(home, artemis.getJournalDirectory()));
        artemis.setBindingsDirectory(below(home, artemis.getBindingsDirectory()));
        artemis.setPagingDirectory(below(home, artemis.getPagingDirectory()));
        artemis.setLargeMessagesDirectory(below(home, artemis.getLargeMessagesDirectory()));
        // the native journal would need a library that we do not ship, and says so at every start
        artemis.setJournalType(JournalType.NIO);
    }

    private static String below(Path home, String directory) {
        return home.resolve(directory).normalize().toAbsolutePath().toString();
    }

    /** The properties of the {@code <broker-plugin>} element of this class; empty where the file has none. */
    public Optional<Map<String, String>> pluginSettings(Class<? extends PluginSettings> plugin) {
        return ours.stream().filter(plugin::isInstance).findFirst().map(PluginSettings::properties);
    }

    /** Where this was read. */
    public Path file() {
        return file;
    }

    /** The same without plugins and with one acceptor, on a free port of this machine alone: for an engine that nobody shall reach. */
    public BrokerConfiguration secluded() {
        List.copyOf(artemis.getBrokerPlugins()).forEach(artemis::unRegisterBrokerPlugin);
        artemis.clearAcceptorConfigurations();
        artemis.addAcceptorConfiguration(new TransportConfiguration(
                NettyAcceptorFactory.class.getName(),
                Map.of(
                        TransportConstants.HOST_PROP_NAME,
                        "127.0.0.1",
                        TransportConstants.PORT_PROP_NAME,
                        0,
                        TransportConstants.PROTOCOLS_PROP_NAME,
                        "CORE,AMQP"),
                "secluded"));
        return this;
    }

    /** Below this many free bytes on the disk sends are refused. */
    public long minDiskFreeBytes() {
        return artemis.getMinDiskFree();
    }

    /** The size of every file of the message journal, in bytes. */
    public long journalFileBytes() {
        return artemis.getJournalFileSize();
    }

    /**
     * Finds, before anything is opened, what would keep the engine from starting.
     *
     * @throws ConfigurationException if an acceptor or a property of {@link QueuePlugin} cannot be used
     */
    public void requireUsable() {
        new AcceptorChecks(this).requireUsable();
        var unused = EngineSettings.of(pluginSettings(QueuePlugin.class).orElse(Map.of()));
    }

    /** The endpoints that the engine will open: each acceptor that listens on a port. */
    public List<Acceptor> acceptors() {
        return artemis.getAcceptorConfigurations().stream()
                .filter(acceptor -> acceptor.getParams().containsKey(TransportConstants.PORT_PROP_NAME))
                .map(BrokerConfiguration::acceptor)
                .toList();
    }

    private static Acceptor acceptor(TransportConfiguration configuration) {
        var params = configuration.getParams();
        return new Acceptor(
                configuration.getName(),
                String.valueOf(params.getOrDefault(TransportConstants.HOST_PROP_NAME, "localhost")),
                Integer.parseInt(String.valueOf(params.get(TransportConstants.PORT_PROP_NAME))),
                Boolean.parseBoolean(String.valueOf(params.get(TransportConstants.SSL_ENABLED_PROP_NAME))));
    }

    Configuration artemis() {
        return artemis;
    }

    private static String firstLine(Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        var text = cause.getMessage();
        return text == null || text.isBlank()
                ? cause.getClass().getSimpleName()
                : text.lines().findFirst().orElse(text);
    }

    /**
     * Where JMS and AMQP clients connect.
     *
     * @param isTls whether what passes there is encrypted
     */
    public record Acceptor(String name, String host, int port, boolean isTls) {}
}
