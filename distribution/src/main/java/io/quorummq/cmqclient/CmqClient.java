/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import io.quorummq.core.credential.Credential;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Calls the CMQ HTTP API of one endpoint without holding a thread per call: signed form POSTs over a bounded pool of
 * keep-alive connections, long polls included.
 *
 * <p>Every method returns at once. Its future completes on one of the client's few threads, so whatever hangs on it must
 * not block; it fails with {@link CmqRefusal} when the server said no and with {@link CmqTransportException} when there
 * was no CMQ answer. Nothing is retried: a send whose answer was lost may have been carried out.
 */
public final class CmqClient implements AutoCloseable {
    /** Longest wait of a receive that leaves the waiting time to the queue. */
    private static final Duration QUEUE_WAIT_MAX = Duration.ofSeconds(30);

    private static final int NO_MESSAGE = 7000;
    private static final int PARTIAL_DELETE = 6010;
    private static final int DELETE_FAILED = 6020;
    private static final Set<Integer> REPORTS_EACH_HANDLE = Set.of(0, PARTIAL_DELETE, DELETE_FAILED);
    /** Sixteen bodies of a megabyte in all, each byte escaped, and the rest of the answer. */
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private static final String FORM = "application/x-www-form-urlencoded";

    private final Endpoint endpoint;
    private final CmqClientSettings settings;
    private final SignedForm form;
    private final HttpField host;
    private final HttpClient http;

    /**
     * A started client; {@link #close} ends it. No connection is opened before the first call.
     *
     * @param random gives the first nonce; the following ones count up from it
     */
    public CmqClient(
            URI endpoint,
            Credential credential,
            CmqClientSettings settings,
            InstantSource clock,
            RandomGenerator random) {
        this.endpoint = Endpoint.of(endpoint);
        this.settings = settings;
        this.form = new SignedForm(this.endpoint, credential, clock, random.nextInt(1 << 30));
        this.host = new PreEncodedHttpField(HttpHeader.HOST, this.endpoint.host());
        this.http = started(settings);
    }

    private static HttpClient started(CmqClientSettings settings) {
        var connector = new ClientConnector();
        connector.setSelectors(1);
        var http = new HttpClient(new HttpClientTransportOverHTTP(connector));
        var threads = new QueuedThreadPool(settings.threads(), Math.min(settings.threads(), 3));
        threads.setName("cmq-client");
        threads.setDaemon(true);
        http.setExecutor(threads);
        http.setMaxConnectionsPerDestination(settings.maxConnections());
        http.setMaxRequestsQueuedPerDestination(settings.maxWaitingCalls());
        http.setConnectTimeout(settings.timeout().toMillis());
        http.setIdleTimeout(
                settings.timeout().plus(QUEUE_WAIT_MAX).plus(QUEUE_WAIT_MAX).toMillis());
        http.setFollowRedirects(false);
        http.setUserAgentField(null);
        http.setHttpCookieStore(new HttpCookieStore.Empty());
        try {
            http.start();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client did not start: " + e.getMessage(), e);
        }
        http.getContentDecoderFactories().clear();
        http.getProtocolHandlers().clear();
        return http;
    }

    /** Creates a queue with attributes by their CMQ names; gives its id. */
    public CompletableFuture<String> createQueue(String queue, Map<String, String> attributes) {
        return call("CreateQueue", named(queue, attributes)).thenApply(reply -> reply.text("queueId"));
    }

    /** Lists queues whose name contains a word; everything when it is empty. */
    public CompletableFuture<QueueListing> listQueue(String searchWord, int offset, int limit) {
        var parameters = new HashMap<String, String>();
        parameters.put("offset", Integer.toString(offset));
        parameters.put("limit", Integer.toString(limit));
        if (!searchWord.isEmpty()) {
            parameters.put("searchWord", searchWord);
        }
        return call("ListQueue", parameters).thenApply(CmqClient::listing);
    }

    /** A queue's attributes and counts. */
    public CompletableFuture<QueueDescription> queueAttributes(String queue) {
        return call("GetQueueAttributes", named(queue)).thenApply(QueueDescription::of);
    }

    /** Changes the named attributes; gives what the server answers of the queue after the change. */
    public CompletableFuture<QueueDescription> setQueueAttributes(String queue, Map<String, String> attributes) {
        return call("SetQueueAttributes", named(queue, attributes)).thenApply(QueueDescription::of);
    }

    /** Deletes a queue and its messages. */
    public CompletableFuture<CmqReply> deleteQueue(String queue) {
        return call("DeleteQueue", named(queue));
    }

    /** Deletes a queue's messages. */
    public CompletableFuture<CmqReply> clearQueue(String queue) {
        return call("ClearQueue", named(queue));
    }

    /** Sends one message, visible after a delay of whole seconds; gives its id once the server has it safe. */
    public CompletableFuture<String> sendMessage(String queue, String body, Duration delay) {
        var parameters = named(queue);
        parameters.put("msgBody", body);
        delay(parameters, delay);
        return call("SendMessage", parameters).thenApply(reply -> reply.text("msgId"));
    }

    /** Sends up to 16 messages in one atomic step; gives their ids in the same order. */
    public CompletableFuture<List<String>> batchSendMessage(String queue, List<String> bodies, Duration delay) {
        var parameters = named(queue);
        numbered(parameters, "msgBody", bodies);
        delay(parameters, delay);
        return call("BatchSendMessage", parameters)
                .thenApply(reply -> reply.objects("msgList").stream()
                        .map(message -> CmqReply.text(message, "msgId"))
                        .toList());
    }

    /** Receives one message, waiting up to a time (0 to 30 s) for it; empty when none came. */
    public CompletableFuture<Optional<ReceivedMessage>> receiveMessage(String queue, Duration wait) {
        var parameters = named(queue);
        parameters.put("pollingWaitSeconds", Long.toString(wait.toSeconds()));
        return orWhenNothing(
                exchange("ReceiveMessage", parameters, wait),
                "ReceiveMessage",
                reply -> Optional.of(received(reply.members())),
                Optional.empty());
    }

    /** Receives up to {@code max} messages (1 to 16), waiting up to a time for the first; empty when none came. */
    public CompletableFuture<List<ReceivedMessage>> batchReceiveMessage(String queue, int max, Duration wait) {
        var parameters = named(queue);
        parameters.put("numOfMsg", Integer.toString(max));
        parameters.put("pollingWaitSeconds", Long.toString(wait.toSeconds()));
        return orWhenNothing(
                exchange("BatchReceiveMessage", parameters, wait),
                "BatchReceiveMessage",
                reply -> reply.objects("msgInfoList").stream()
                        .map(CmqClient::received)
                        .toList(),
                List.of());
    }

    /** Deletes the message that was received with this handle. */
    public CompletableFuture<CmqReply> deleteMessage(String queue, String receiptHandle) {
        var parameters = named(queue);
        parameters.put("receiptHandle", receiptHandle);
        return call("DeleteMessage", parameters);
    }

    /** Deletes up to 16 messages by their handles; gives the handles that deleted nothing, none when all did. */
    public CompletableFuture<List<DeleteFailure>> batchDeleteMessage(String queue, List<String> receiptHandles) {
        var parameters = named(queue);
        numbered(parameters, "receiptHandle", receiptHandles);
        return exchange("BatchDeleteMessage", parameters, Duration.ZERO).thenApply(reply -> {
            if (!REPORTS_EACH_HANDLE.contains(reply.code())
                    || (reply.code() == DELETE_FAILED
                            && reply.objects("errorList").isEmpty())) {
                throw new CmqRefusal("BatchDeleteMessage", reply);
            }
            return reply.objects("errorList").stream()
                    .map(failure -> new DeleteFailure(
                            (int) CmqReply.number(failure, "code"),
                            CmqReply.text(failure, "message"),
                            CmqReply.text(failure, "receiptHandle")))
                    .toList();
        });
    }

    /**
     * Any action with its own parameters as plain text; the common ones and the signature are added. May wait as long as
     * a queue may be told to let receives wait.
     */
    public CompletableFuture<CmqReply> call(String action, Map<String, String> parameters) {
        return exchange(action, parameters, QUEUE_WAIT_MAX).thenApply(reply -> {
            if (reply.code() != 0) {
                throw new CmqRefusal(action, reply);
            }
            return reply;
        });
    }

    /** Ends the client: calls under way fail, connections are closed. */
    @Override
    public void close() {
        try {
            http.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client did not stop: " + e.getMessage(), e);
        }
    }

    private CompletableFuture<CmqReply> exchange(String action, Map<String, String> parameters, Duration wait) {
        var answer = new Answer(action, endpoint.uri());
        http.newRequest(endpoint.uri())
                .method(HttpMethod.POST)
                .path(endpoint.path())
                .headers(headers -> headers.put(host))
                .body(new BytesRequestContent(FORM, form.of(action, parameters)))
                .timeout(settings.timeout().plus(wait).toMillis(), TimeUnit.MILLISECONDS)
                .send(answer);
        return answer.reply;
    }

    private static <T> CompletableFuture<T> orWhenNothing(
            CompletableFuture<CmqReply> answer, String action, Function<CmqReply, T> something, T nothing) {
        return answer.thenApply(reply -> {
            if (reply.code() == NO_MESSAGE) {
                return nothing;
            }
            if (reply.code() != 0) {
                throw new CmqRefusal(action, reply);
            }
            return something.apply(reply);
        });
    }

    private static Map<String, String> named(String queue) {
        var parameters = new HashMap<String, String>();
        parameters.put("queueName", queue);
        return parameters;
    }

    private static Map<String, String> named(String queue, Map<String, String> attributes) {
        var parameters = new HashMap<>(attributes);
        parameters.put("queueName", queue);
        return parameters;
    }

    private static void numbered(Map<String, String> parameters, String name, List<String> values) {
        int n = 0;
        for (var value : values) {
            parameters.put(name + "." + ++n, value);
        }
    }

    private static void delay(Map<String, String> parameters, Duration delay) {
        if (!delay.isZero()) {
            parameters.put("delaySeconds", Long.toString(delay.toSeconds()));
        }
    }

    private static QueueListing listing(CmqReply reply) {
        var queues = new ArrayList<QueueEntry>();
        for (var queue : reply.objects("queueList")) {
            queues.add(new QueueEntry(CmqReply.text(queue, "queueId"), CmqReply.text(queue, "queueName")));
        }
        return new QueueListing(reply.number("totalCount"), queues);
    }

    private static ReceivedMessage received(Map<String, Object> message) {
        return new ReceivedMessage(
                CmqReply.text(message, "msgId"),
                CmqReply.text(message, "receiptHandle"),
                CmqReply.text(message, "msgBody"),
                Instant.ofEpochSecond(CmqReply.number(message, "enqueueTime")),
                Instant.ofEpochSecond(CmqReply.number(message, "firstDequeueTime")),
                Instant.ofEpochSecond(CmqReply.number(message, "nextVisibleTime")),
                (int) CmqReply.number(message, "dequeueCount"));
    }

    /** Gathers the bytes of one answer and completes its call. */
    private static final class Answer implements Response.Listener {
        private final String action;
        private final URI endpoint;
        private final Bytes bytes = new Bytes(512);
        private final CompletableFuture<CmqReply> reply = new CompletableFuture<>();

        Answer(String action, URI endpoint) {
            this.action = action;
            this.endpoint = endpoint;
        }

        @Override
        public void onContent(Response response, ByteBuffer content) {
            if (bytes.length() + content.remaining() > ANSWER_BYTES_MAX) {
                var unused = response.abort(
                        new IllegalStateException("the answer is longer than " + ANSWER_BYTES_MAX + " bytes"));
                return;
            }
            bytes.add(content);
        }

        @Override
        public void onComplete(Result result) {
            var failure = result.getFailure();
            if (failure != null) {
                var reason = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
                reply.completeExceptionally(new CmqTransportException(action, endpoint, reason, failure));
                return;
            }
            int status = result.getResponse().getStatus();
            if (status != HttpStatus.OK_200) {
                reply.completeExceptionally(
                        new CmqTransportException(action, endpoint, "HTTP status " + status + " instead of an answer"));
                return;
            }
            try {
                reply.complete(CmqReply.parse(bytes.array(), bytes.length()));
            } catch (IOException e) {
                reply.completeExceptionally(
                        new CmqTransportException(action, endpoint, "not a CMQ answer: " + e.getMessage(), e));
            }
        }
    }
}
