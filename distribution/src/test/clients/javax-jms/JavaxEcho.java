/* SPDX-License-Identifier: Apache-2.0 */
import javax.jms.Connection;
import javax.jms.ConnectionFactory;
import javax.jms.DeliveryMode;
import javax.jms.TextMessage;

/**
 * A JMS 2.0 application as it was written before the namespace changed: answers each text of one queue in another, in a
 * local transaction. Arguments: client, URL, user, password, queue to read, queue to write, number of messages.
 */
public final class JavaxEcho {
    private static final long WAIT_MILLISECONDS = 20_000;

    private JavaxEcho() {}

    public static void main(String[] arguments) throws Exception {
        ConnectionFactory factory = arguments[0].equals("qpid")
                ? new org.apache.qpid.jms.JmsConnectionFactory(arguments[1])
                : new org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory(arguments[1]);
        try (Connection connection = factory.createConnection(arguments[2], arguments[3]);
                var session = connection.createSession(true, javax.jms.Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue(arguments[4]));
                var producer = session.createProducer(session.createQueue(arguments[5]))) {
            producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
            connection.start();
            int messages = Integer.parseInt(arguments[6]);
            for (int i = 0; i < messages; i++) {
                var received = (TextMessage) consumer.receive(WAIT_MILLISECONDS);
                if (received == null) {
                    throw new IllegalStateException("only " + i + " messages came");
                }
                producer.send(session.createTextMessage("echo of " + received.getText()));
                session.commit();
            }
        }
        System.out.println("echoed " + arguments[6]);
    }
}
