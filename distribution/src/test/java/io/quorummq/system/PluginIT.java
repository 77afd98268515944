/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An operator's own plugin, compiled here, in a jar in the home's lib/. */
class PluginIT {
    private static final String NOTING_PLUGIN = """
            package com.example;
            import java.nio.file.*;
            import java.util.Map;
            import org.apache.activemq.artemis.api.core.Message;
            import org.apache.activemq.artemis.core.postoffice.RoutingStatus;
            import org.apache.activemq.artemis.core.server.*;
            import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerPlugin;
            import org.apache.activemq.artemis.core.transaction.Transaction;
            public class NotingPlugin implements ActiveMQServerPlugin {
                private Path file;
                @Override public void init(Map<String, String> properties) {
                    if (!properties.containsKey("file")) throw new IllegalArgumentException("property file is missing");
                    file = Path.of(properties.get("file"));
                }
                @Override public void registered(ActiveMQServer server) { note("registered"); }
                @Override public void afterSend(ServerSession session, Transaction tx, Message message, boolean direct,
                        boolean noAutoCreateQueue, RoutingStatus result) { note("sent " + message.getAddress()); }
                @Override public void afterMessageRoute(Message message,
                        org.apache.activemq.artemis.core.server.RoutingContext context, boolean direct,
                        boolean rejectDuplicates, RoutingStatus result) { note("routed " + message.getAddress()); }
                private synchronized void note(String line) {
                    try {
                        Files.writeString(file, line + "\\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            }
            """;

    @TempDir
    Path directory;

    @Test
    void aPluginInTheHomesLibSeesTheMessagesOfAllDoors() throws Exception {
        var notes = directory.resolve("notes");
        var home = homeWithPlugin();
        name(home, "com.example.NotingPlugin", "<property key=\"file\" value=\"" + notes + "\"/>");

        try (var node = NodeProcess.in(directory)) {
            try (var cmq = node.cmq();
                    var jms = node.core();
                    var session = jms.createSession();
                    var producer = session.createProducer(session.createQueue("by-jms"))) {
                cmq.createQueue("by-http", Map.of()).get(10, TimeUnit.SECONDS);
                cmq.sendMessage("by-http", "x", Duration.ZERO).get(10, TimeUnit.SECONDS);
                producer.send(session.createTextMessage("y"));
            }

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(Files.readAllLines(notes, UTF_8))
                            .startsWith("registered")
                            .contains("routed by-http", "routed by-jms", "sent by-jms")
                            .doesNotContain("sent by-http"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "com.example.NoSuchPlugin, com.example.NoSuchPlugin",
        "java.lang.String, java.lang.String",
        "com.example.NotingPlugin, property file is missing"
    })
    void aPluginThatCannotBeLoadedStopsTheStartWithOneLineThatNamesIt(String plugin, String named) throws Exception {
        var home = homeWithPlugin();
        name(home, plugin, "");
        var words = new ArrayList<>(List.of("run", "--home", home.toString()));
        words.addAll(Launcher.freePorts());

        var outcome = Launcher.assembled(directory).run(words.toArray(String[]::new));

        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.err().lines()).singleElement().asString().contains(plugin, named);
    }

    private Path homeWithPlugin() throws Exception {
        var home = directory.resolve("home");
        var launcher = Launcher.assembled(directory)
                .with(Map.of(
                        "QUORUMMQ_SECRET_ID", NodeProcess.CREDENTIAL.secretId(),
                        "QUORUMMQ_SECRET_KEY", NodeProcess.CREDENTIAL.secretKey()));
        assertThat(launcher.run("create", home.toString()).exitCode()).isZero();
        writeJar(Files.createDirectories(home.resolve("lib")).resolve("noting.jar"));
        return home;
    }

    private void writeJar(Path jar) throws IOException {
        var source = Files.writeString(directory.resolve("NotingPlugin.java"), NOTING_PLUGIN);
        var classes = Files.createDirectory(directory.resolve("classes"));
        var compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", classes.toString(), source.toString());
        assertThat(compiled).isZero();
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("com/example/NotingPlugin.class"));
            out.write(Files.readAllBytes(classes.resolve("com/example/NotingPlugin.class")));
        }
    }

    private static void name(Path home, String plugin, String properties) throws IOException {
        var file = home.resolve("etc/broker.xml");
        var text = Files.readString(file, UTF_8);
        var element = "<broker-plugin class-name=\"" + plugin + "\">" + properties + "</broker-plugin>";
        Files.writeString(file, text.replace("</broker-plugins>", element + "</broker-plugins>"), UTF_8);
    }
}
