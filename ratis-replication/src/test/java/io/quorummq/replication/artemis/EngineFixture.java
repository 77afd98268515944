/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import io.quorummq.core.artemis.BrokerConfiguration;
import io.quorummq.core.artemis.EmbeddedArtemis;
import io.quorummq.core.artemis.EngineSettings;
import io.quorummq.core.credential.Credential;
import io.quorummq.replication.consensus.LeaderFiles;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.XAConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQXAConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;

/** One place where an engine can run over replicated files, always at the same port, and the clients that go there. */
public final class EngineFixture {
    /** Its address pages from its second message on. */
    public static final String PAGED = "paged";

    /** As above; its queue is one of last values, which has no gate. */
    static final String PAGED_LAST_VALUES = "paged-last-values";

    private static final Credential CREDENTIAL = new Credential("AKIDengine", "secretKeyForTests");
    private static final UUID GROUP = new UUID(0x6a2c_91d4_55e7_4b03L, 0x8f11_2d3e_4a5b_6c7dL);

    private final Path home;
    private final int port;
    private String more = "";

    public EngineFixture(Path home) throws IOException {
        this.home = Files.createDirectories(home);
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
    }

    /** More elements of broker.xml, for the engines made from now on. */
    EngineFixture with(String elements) {
        more = elements;
        return this;
    }

    /** An engine for the office that these files belong to; not yet started. */
    public EmbeddedArtemis engine(LeaderFiles files) throws IOException {
        var file = home.resolve("broker.xml");
        Files.writeString(file, BROKER_XML.formatted(more, port));
        return new EmbeddedArtemis(
                BrokerConfiguration.read(file, home),
                EngineSettings.DEFAULT,
                new ReplicatedStorage(files, GROUP, home),
                id -> Optional.of(CREDENTIAL).filter(known -> known.secretId().equals(id)),
                InstantSource.system(),
                new SecureRandom());
    }

    /** A started connection that waits for the acknowledgement of every durable message. */
    public Connection core() throws JMSException {
        return started(new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port + "?callTimeout=60000"));
    }

    public Connection amqp() throws JMSException {
        return started(new JmsConnectionFactory("amqp://127.0.0.1:" + port));
    }

    public XAConnection xa() throws JMSException {
        var connection = new ActiveMQXAConnectionFactory("tcp://127.0.0.1:" + port)
                .createXAConnection(CREDENTIAL.secretId(), CREDENTIAL.secretKey());
        connection.start();
        return connection;
    }

    private static Connection started(ConnectionFactory factory) throws JMSException {
        var connection = factory.createConnection(CREDENTIAL.secretId(), CREDENTIAL.secretKey());
        connection.start();
        return connection;
    }

    private static final String BROKER_XML = """
            <configuration xmlns="urn:activemq">
              <core xmlns="urn:activemq:core">
                <journal-type>NIO</journal-type>
                %s
                <acceptors>
                  <acceptor name="all">tcp://127.0.0.1:%d?protocols=CORE,AMQP</acceptor>
                </acceptors>
                <address-settings>
                  <address-setting match="#">
                    <default-address-routing-type>ANYCAST</default-address-routing-type>
                    <default-queue-routing-type>ANYCAST</default-queue-routing-type>
                    <auto-delete-queues>false</auto-delete-queues>
                    <auto-delete-addresses>false</auto-delete-addresses>
                  </address-setting>
                  <address-setting match="paged">
                    <max-size-bytes>0</max-size-bytes>
                    <page-size-bytes>100K</page-size-bytes>
                  </address-setting>
                  <address-setting match="paged-last-values">
                    <max-size-bytes>0</max-size-bytes>
                    <page-size-bytes>100K</page-size-bytes>
                    <default-last-value-queue>true</default-last-value-queue>
                  </address-setting>
                </address-settings>
              </core>
            </configuration>
            """;
}
