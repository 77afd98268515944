/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import com.qcloud.cmq.Account;
import com.qcloud.cmq.CMQServerException;
import com.qcloud.cmq.Message;
import com.qcloud.cmq.Queue;
import com.qcloud.cmq.entity.CmqConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** The published CMQ SDK, as it is, in an application that knows all nodes and turns to the next when one fails it. */
final class SdkQueueClient implements QueueClient {
    private static final int BATCH = 16;
    private static final String NO_MESSAGE = "code:7000,";

    private final List<Queue> queues;
    private int current;
    private List<Message> received = List.of();

    /** Begins with the endpoint of this number. */
    SdkQueueClient(List<URI> endpoints, String queue, int first) {
        queues = endpoints.stream()
                .map(endpoint -> account(endpoint).getQueue(queue))
                .toList();
        current = first % queues.size();
    }

    static Account account(URI endpoint) {
        var config = new CmqConfig();
        config.setEndpoint(endpoint.toString());
        config.setSecretId(NodeProcess.CREDENTIAL.secretId());
        config.setSecretKey(NodeProcess.CREDENTIAL.secretKey());
        config.setPrintSlow(false);
        return new Account(config);
    }

    @Override
    public void send(String body) throws Exception {
        queues.get(current).send(body);
    }

    @Override
    public void send(List<String> bodies, Duration delay) throws Exception {
        queues.get(current).batchSend(bodies, (int) delay.toSeconds());
    }

    @Override
    @SuppressWarnings("deprecation") // the SDK's only way to wait that is not an attribute of the queue
    public List<String> receive() throws Exception {
        try {
            received = queues.get(current).batchReceiveMessage(BATCH, 1);
        } catch (CMQServerException e) {
            if (!e.toString().startsWith(NO_MESSAGE)) {
                throw e;
            }
            received = List.of();
        }
        return received.stream().map(message -> message.msgBody).toList();
    }

    @Override
    public void deleteReceived() throws Exception {
        queues.get(current)
                .batchDeleteMessage(
                        received.stream().map(message -> message.receiptHandle).toList());
    }

    @Override
    public void recover() {
        current = (current + 1) % queues.size();
    }

    @Override
    public int reconnects() {
        return 0; // it has no connection that it would know of
    }

    @Override
    public void close() {}
}
