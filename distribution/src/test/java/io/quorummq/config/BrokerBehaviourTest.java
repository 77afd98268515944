/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BrokerBehaviourTest {
    private static final String BROKER = """
            <configuration xmlns="urn:activemq">
              <core xmlns="urn:activemq:core">
                <name>quorummq</name>
                <!-- kept small -->
                <journal-file-size>10M</journal-file-size>
                <acceptors><acceptor name="core">tcp://127.0.0.1:61616</acceptor></acceptors>
                <addresses><address name="DLQ"><anycast><queue name="DLQ"/></anycast></address></addresses>
              </core>
            </configuration>
            """;

    @TempDir
    private Path directory;

    @Test
    void portsNamesAndCommentsAreANodesOwn() throws IOException {
        var one = behaviour(BROKER);

        var other = behaviour(
                BROKER.replace("61616", "61617").replace("kept small", "").replace(">quorummq<", ">n2<"));

        assertThat(other).isEqualTo(one);
    }

    @Test
    void anAddressMoreIsAnotherBehaviour() throws IOException {
        var one = behaviour(BROKER);

        var other = behaviour(BROKER.replace("<addresses>", "<addresses><address name=\"orders\"/>"));

        assertThat(other.hash()).isNotEqualTo(one.hash());
    }

    @Test
    void whatIsKeptInTheClusterIsReadBack() throws IOException {
        var behaviour = behaviour(BROKER);

        var last = BrokerBehaviour.LastLeader.of(behaviour.textOf("n3"));

        assertThat(last.label()).isEqualTo("n3");
        assertThat(last.behaviour()).isEqualTo(behaviour);
    }

    private BrokerBehaviour behaviour(String text) throws IOException {
        return BrokerBehaviour.of(Files.writeString(directory.resolve("broker.xml"), text), 10L << 20);
    }
}
