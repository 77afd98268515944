/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** An AMQP client that knows nothing of JMS: no header, no annotation that a JMS client would add. */
final class AmqpClient implements AutoCloseable {
    private final Client client = Client.create();
    private final Connection connection;

    AmqpClient(TestEngine engine) throws ClientException {
        var options = new ConnectionOptions()
                .user(TestEngine.CREDENTIAL.secretId())
                .password(TestEngine.CREDENTIAL.secretKey());
        connection = client.connect("127.0.0.1", engine.port(), options);
    }

    Connection connection() {
        return connection;
    }

    /** The receiver's answer to this message. */
    DeliveryState send(String address, Message<?> message) throws Exception {
        try (var sender = connection.openSender(address)) {
            var tracker = sender.send(message);
            return tracker.settlementFuture().get(10, TimeUnit.SECONDS).remoteState();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
