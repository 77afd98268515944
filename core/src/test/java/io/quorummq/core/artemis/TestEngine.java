/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import static org.awaitility.Awaitility.await;

import io.quorummq.core.artemis.delay.Buckets;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.message.Delivery;
import io.quorummq.core.message.MessageId;
import io.quorummq.core.message.NewMessage;
import io.quorummq.core.message.QueueName;
import io.quorummq.core.queue.Broker;
import io.quorummq.core.queue.QueueAttributes;
import io.quorummq.core.queue.QueueCounts;
import io.quorummq.core.queue.QueueRecord;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.XAConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQXAConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;

/** A real engine on real files in a temporary directory, on a free port. */
final class TestEngine implements AutoCloseable {
    static final Credential CREDENTIAL = new Credential("AKIDengine", "secretKeyForTests");
    static final QueueName ORDERS = new QueueName("orders");

    static final String PAGING = "<max-size-bytes>0</max-size-bytes><page-size-bytes>1M</page-size-bytes>";

    private final Path home;
    private final int port = freePort();
    private final String settings;
    private final EngineSettings engineSettings;
    private final InstantSource clock;
    private Storage storage;
    private EmbeddedArtemis engine;

    private TestEngine(Path home, String settings, EngineSettings engineSettings, InstantSource clock) {
        this.home = home;
        this.settings = settings;
        this.engineSettings = engineSettings;
        this.clock = clock;
        this.storage = storage();
        this.engine = start();
    }

    /** Messages in memory. */
    static TestEngine in(Path home) {
        return with(home, "");
    }

    /** The same, by another clock than this machine's. */
    static TestEngine by(InstantSource clock, Path home) {
        return new TestEngine(home, "", EngineSettings.DEFAULT, clock);
    }

    /** Every address pages from its first message on. */
    static TestEngine paging(Path home) {
        return with(home, PAGING);
    }

    static TestEngine with(Path home, String addressSettings) {
        return with(home, addressSettings, EngineSettings.DEFAULT);
    }

    static TestEngine with(Path home, String addressSettings, EngineSettings engineSettings) {
        return with(home, addressSettings, engineSettings, InstantSource.system());
    }

    /** Goes by this clock, where the cluster's is asked. */
    static TestEngine with(Path home, String addressSettings, EngineSettings engineSettings, InstantSource clock) {
        return new TestEngine(home, addressSettings, engineSettings, clock);
    }

    /** Local files, unless the tests are run over another storage. */
    private static Storage storage() {
        return ServiceLoader.load(Storage.class).findFirst().orElseGet(LocalStorage::new);
    }

    private EmbeddedArtemis start() {
        try {
            var file = home.resolve("broker.xml");
            Files.writeString(file, BROKER_XML.formatted(port, settings));
            var started = new EmbeddedArtemis(
                    BrokerConfiguration.read(file, home),
                    engineSettings,
                    storage,
                    id -> Optional.of(CREDENTIAL)
                            .filter(known -> known.secretId().equals(id)),
                    clock,
                    new SecureRandom());
            started.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void restart() {
        close();
        storage = storage();
        engine = start();
    }

    /** Is down until after this time. */
    void restartAfter(Instant time) {
        close();
        await().atMost(Duration.ofSeconds(30)).until(() -> Instant.now().isAfter(time));
        storage = storage();
        engine = start();
    }

    Broker broker() {
        return engine.broker();
    }

    EmbeddedArtemis engine() {
        return engine;
    }

    QueueRecord create(QueueAttributes attributes) {
        var created = now(broker().create(ORDERS, attributes));
        pageFromNowOn();
        return created;
    }

    /** Artemis keeps the first message of an address in memory, and stops paging when an address has drained. */
    private void pageFromNowOn() {
        if (settings.equals(PAGING)) {
            try {
                gate().getPagingStore().startPaging();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    QueueRecord create() {
        return create(QueueAttributes.DEFAULT);
    }

    QueueRecord create(String queue, QueueAttributes attributes) {
        return now(broker().create(new QueueName(queue), attributes));
    }

    QueueRecord find(String queue) {
        return broker().find(new QueueName(queue)).orElseThrow();
    }

    QueueCounts counts(String queue) {
        return broker().counts(find(queue));
    }

    MessageId sendTo(String queue, String body, Duration delay) {
        return now(broker().send(find(queue), List.of(new NewMessage(body, delay))))
                .get(0);
    }

    List<Delivery> receiveFrom(String queue, int max, Duration wait) {
        return now(broker().receive(find(queue), max, wait));
    }

    /** Deletes what was received; fails if a handle is not valid any more. */
    void delete(String queue, Delivery delivery) {
        var refused = now(broker().deleteLeased(find(queue), List.of(delivery.handle())));
        if (!refused.isEmpty()) {
            throw new AssertionError("the handle of " + delivery + " was refused");
        }
    }

    /** Receives and deletes until so many bodies have come, and what comes with the last of them. */
    List<String> take(String queue, int atLeast) {
        var bodies = new ArrayList<String>();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            for (var delivery : receiveFrom(queue, 16, Duration.ofSeconds(1))) {
                bodies.add(delivery.body());
                delete(queue, delivery);
            }
            return bodies.size() >= atLeast;
        });
        return bodies;
    }

    /** The queues in which delayed messages wait. */
    List<Queue> buckets() {
        var server = engine.server();
        return server.getPostOffice()
                .getAllBindings()
                .filter(binding -> Buckets.isBucket(binding.getUniqueName()))
                .map(binding -> server.locateQueue(binding.getUniqueName()))
                .toList();
    }

    /** What a crash at this moment would leave in the directory of an engine. */
    static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (var walk = Files.walk(from)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (var file : files) {
            var target = to.resolve(from.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
    }

    /** Whether any message lies on a page. */
    boolean hasPages() throws Exception {
        var paging = engine.server().getPagingManager();
        for (var address : paging.getStoreNames()) {
            if (paging.getPageStore(address).getNumberOfPages() > 0) {
                return true;
            }
        }
        return false;
    }

    /** The ids of all messages whose body has a file of its own. */
    Set<Long> largeBodies() throws Exception {
        var ids = new HashSet<Long>();
        engine.server().getStorageManager().recoverLargeMessagesOnFolder(ids);
        return ids;
    }

    int port() {
        return port;
    }

    QueueRecord orders() {
        return broker().find(ORDERS).orElseThrow();
    }

    /** The gate of queue orders, to look at what no caller sees. */
    GateQueue gate() {
        return ((ArtemisBroker) broker()).gate(ORDERS);
    }

    /** Rewrites the journal, as it is rewritten when most of its records are dead. */
    void compact() throws Exception {
        engine.server().getStorageManager().getMessageJournal().scheduleCompactAndBlock(30_000);
    }

    void send(String... bodies) {
        pageFromNowOn();
        for (var body : bodies) {
            now(broker().send(orders(), List.of(new NewMessage(body, Duration.ZERO))));
        }
    }

    List<Delivery> receive(int max) {
        return now(broker().receive(orders(), max, Duration.ZERO));
    }

    List<Delivery> receive(int max, Duration wait) {
        return now(broker().receive(orders(), max, wait));
    }

    static <T> T now(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    Connection core() throws JMSException {
        return started(coreFactory());
    }

    Connection core(String clientId) throws JMSException {
        var factory = coreFactory();
        factory.setClientID(clientId);
        return started(factory);
    }

    private ActiveMQConnectionFactory coreFactory() throws JMSException {
        return new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port);
    }

    Connection compressingCore() throws JMSException {
        var factory = coreFactory();
        factory.setCompressLargeMessage(true);
        return started(factory);
    }

    Connection amqp() throws JMSException {
        return started(new JmsConnectionFactory("amqp://127.0.0.1:" + port));
    }

    Connection amqp(String clientId) throws JMSException {
        return started(new JmsConnectionFactory("amqp://127.0.0.1:" + port + "?jms.clientID=" + clientId));
    }

    XAConnection xa() throws JMSException {
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

    @Override
    public void close() {
        engine.close();
        if (storage instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final String BROKER_XML = """
            <configuration xmlns="urn:activemq">
              <core xmlns="urn:activemq:core">
                <journal-type>NIO</journal-type>
                <journal-pool-files>2</journal-pool-files>
                <acceptors>
                  <acceptor name="all">tcp://127.0.0.1:%d?protocols=CORE,AMQP</acceptor>
                </acceptors>
                <address-settings>
                  <address-setting match="#">
                    <dead-letter-address>DLQ</dead-letter-address>
                    <expiry-address>ExpiryQueue</expiry-address>
                    <default-address-routing-type>ANYCAST</default-address-routing-type>
                    <default-queue-routing-type>ANYCAST</default-queue-routing-type>
                    <auto-delete-queues>false</auto-delete-queues>
                    <auto-delete-addresses>false</auto-delete-addresses>
                    %s
                  </address-setting>
                </address-settings>
                <addresses>
                  <address name="DLQ"><anycast><queue name="DLQ"/></anycast></address>
                </addresses>
              </core>
            </configuration>
            """;
}
