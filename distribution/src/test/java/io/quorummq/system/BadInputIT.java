/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong before a node runs is said in one line, and changes nothing. */
class BadInputIT {
    @TempDir
    Path directory;

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            (?s)^.*$                                      | this is no XML                              | broker.xml
            <name>quorummq</name>                         | <no-such-thing>1</no-such-thing>            | no-such-thing
            artemis.QueuePlugin"/>                        | artemis.QueuePlugin"><property key="leased-max" value="1"/></broker-plugin> | leased-max
            artemis.QueuePlugin"/>                        | artemis.QueuePlugin"><property key="leased-messages-max" value="0"/></broker-plugin> | leased-messages-max
            key="port" value="\\$\\{quorummq.cmq          | key="prot" value="${quorummq.cmq            | prot
            <property key="host" value="\\$\\{quorummq.host | <property key="max-threads" value="many"/><property key="host" value="${quorummq.host | max-threads
            <property key="host" value="\\$\\{quorummq.host | <property key="https-port" value="0"/><property key="key-store" value="/nowhere.p12"/><property key="key-store-password" value="x"/><property key="host" value="${quorummq.host | /nowhere.p12
            <property key="host" value="\\$\\{quorummq.host | <property key="https-port" value="0"/><property key="key-store" value="etc/broker.xml"/><property key="key-store-password" value="x"/><property key="host" value="${quorummq.host | broker.xml
            <min-disk-free>256M                           | <min-disk-free>lots                         | lots
            <journal-min-files>2                          | <journal-min-files>few                      | few
            61616\\}\\?                                   | 61616}?sslEnabled=true;keyStorePath=/nowhere.p12;keyStorePassword=x; | /nowhere.p12
            61616\\}\\?protocols=CORE,AMQP                | 61616}?protocols=CORE,OPENWIRE              | OPENWIRE
            """)
    void brokenConfigurationIsOneLineAndChangesNothing(String pattern, String replacement, String named)
            throws Exception {
        var home = create();
        var file = home.resolve("etc/broker.xml");
        var text = Files.readString(file, UTF_8);
        var changed = text.replaceFirst(pattern, java.util.regex.Matcher.quoteReplacement(replacement));
        assertThat(changed).isNotEqualTo(text);
        Files.writeString(file, changed, UTF_8);
        var before = contents(home);

        refused(home, named);

        assertThat(contents(home)).isEqualTo(before);
    }

    @Test
    void aBrokenCredentialFileIsOneLineAndChangesNothing() throws Exception {
        var home = create();
        Files.writeString(home.resolve("etc/credential"), "no credential at all\u0000", UTF_8);
        var before = contents(home);

        refused(home, "etc/credential");

        assertThat(contents(home)).isEqualTo(before);
    }

    @Test
    void aHomeThatCannotBeWrittenIsRefused() throws Exception {
        refused(Path.of("/proc/quorummq-home"), "/proc/quorummq-home");
        refused(
                Files.writeString(directory.resolve("file"), "x"),
                directory.resolve("file").toString());
    }

    private Path create() throws Exception {
        var home = directory.resolve("home");
        assertThat(Launcher.assembled(directory).run("create", home.toString()).exitCode())
                .isZero();
        return home;
    }

    private void refused(Path home, String named) throws Exception {
        var words = new ArrayList<>(List.of("run", "--home", home.toString()));
        words.addAll(Launcher.freePorts());
        var outcome = Launcher.assembled(directory).run(words.toArray(String[]::new));
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.err().lines()).singleElement().asString().contains(named);
        assertThat(outcome.out()).isEmpty();
    }

    /** All files but the log, and the lock that shows that a node was here. */
    private static Map<String, String> contents(Path home) throws IOException {
        var contents = new TreeMap<String, String>();
        try (var files = Files.walk(home)) {
            files.filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith(home.resolve("log")) && !file.endsWith("node.lock"))
                    .forEach(file -> contents.put(home.relativize(file).toString(), text(file)));
        }
        return contents;
    }

    private static String text(Path file) {
        try {
            return Files.size(file) + ":"
                    + new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1).hashCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
