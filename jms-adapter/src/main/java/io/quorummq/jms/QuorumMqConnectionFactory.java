/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms;

import io.quorummq.jms.jndi.QuorumMqObjectFactory;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueConnectionFactory;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicConnectionFactory;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import javax.naming.Reference;
import javax.naming.Referenceable;
import javax.naming.StringRefAddr;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes JMS connections to a QuorumMQ node, or to whichever node of a cluster leads.
 *
 * <p>The URI is {@code quorummq://host1:port,host2:port?option=value&...}, {@code quorummqs://} for TLS; port 5672, with
 * TLS 5671, need not be written. Options are those of Qpid JMS, which does the work over AMQP 1.0: they begin with
 * {@code jms.}, {@code amqp.}, {@code transport.} or {@code failover.}. The secretId is the user name and the secretKey
 * the password.
 *
 * <p>A new connection goes to the network when it is first used, because until then its client id may be set;
 * {@code jms.awaitClientID=false} makes the factory connect at once. A first connection is given up after eight rounds
 * over all hosts, some seven seconds ({@code failover.startupMaxReconnectAttempts}); a connection that was lost later is
 * sought again until it is found or closed ({@code failover.maxReconnectAttempts}). Wrong credentials are never tried
 * again.
 *
 * <p>Instances do not change and serve all threads. When serialized or bound in a directory they take the secretKey
 * along in the clear.
 */
public final class QuorumMqConnectionFactory
        implements ConnectionFactory, QueueConnectionFactory, TopicConnectionFactory, Referenceable, Serializable {
    /** The names of the parts that a JNDI reference to a factory has. */
    public static final String URI = "uri";

    public static final String SECRET_ID = "secretId";
    public static final String SECRET_KEY = "secretKey";

    private static final long serialVersionUID = 1L;

    private final String uri;
    private final @Nullable String secretId;
    private final @Nullable String secretKey;
    private transient JmsConnectionFactory qpid;

    /**
     * A factory whose callers give secretId and secretKey with each connection.
     *
     * @throws IllegalArgumentException if the URI or one of its options is not allowed
     */
    public QuorumMqConnectionFactory(String uri) {
        this(uri, null, null);
    }

    /** As {@link #QuorumMqConnectionFactory(String)}, with the credential of connections that are given none. */
    public QuorumMqConnectionFactory(String uri, @Nullable String secretId, @Nullable String secretKey) {
        this.uri = uri;
        this.secretId = secretId;
        this.secretKey = secretKey;
        this.qpid = qpid();
    }

    @Override
    public Connection createConnection() throws JMSException {
        return qpid.createConnection();
    }

    @Override
    public Connection createConnection(@Nullable String secretId, @Nullable String secretKey) throws JMSException {
        return qpid.createConnection(secretId, secretKey);
    }

    @Override
    public QueueConnection createQueueConnection() throws JMSException {
        return qpid.createQueueConnection();
    }

    @Override
    public QueueConnection createQueueConnection(@Nullable String secretId, @Nullable String secretKey)
            throws JMSException {
        return qpid.createQueueConnection(secretId, secretKey);
    }

    @Override
    public TopicConnection createTopicConnection() throws JMSException {
        return qpid.createTopicConnection();
    }

    @Override
    public TopicConnection createTopicConnection(@Nullable String secretId, @Nullable String secretKey)
            throws JMSException {
        return qpid.createTopicConnection(secretId, secretKey);
    }

    @Override
    public JMSContext createContext() {
        return qpid.createContext();
    }

    @Override
    public JMSContext createContext(int sessionMode) {
        return qpid.createContext(sessionMode);
    }

    @Override
    public JMSContext createContext(@Nullable String secretId, @Nullable String secretKey) {
        return qpid.createContext(secretId, secretKey);
    }

    @Override
    public JMSContext createContext(@Nullable String secretId, @Nullable String secretKey, int sessionMode) {
        return qpid.createContext(secretId, secretKey, sessionMode);
    }

    /** What a directory stores of this factory. */
    @Override
    public Reference getReference() {
        var reference = new Reference(getClass().getName(), QuorumMqObjectFactory.class.getName(), null);
        reference.add(new StringRefAddr(URI, uri));
        if (secretId != null) {
            reference.add(new StringRefAddr(SECRET_ID, secretId));
        }
        if (secretKey != null) {
            reference.add(new StringRefAddr(SECRET_KEY, secretKey));
        }
        return reference;
    }

    /** Hosts and user, never the key. */
    @Override
    public String toString() {
        return "QuorumMqConnectionFactory[" + QuorumMqUri.parse(uri) + ", secretId=" + secretId + "]";
    }

    private JmsConnectionFactory qpid() {
        var parsed = QuorumMqUri.parse(uri);
        try {
            var factory = new JmsConnectionFactory(parsed.toQpid());
            if (secretId != null) {
                factory.setUsername(secretId);
            }
            if (secretKey != null) {
                factory.setPassword(secretKey);
            }
            return factory;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("connection URI " + parsed + "?... is refused: " + e.getMessage(), e);
        }
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        qpid = qpid();
    }
}
