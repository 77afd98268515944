/* SPDX-License-Identifier: Apache-2.0 */
package example;

import io.quorummq.jms.QuorumMqConnectionFactory;
import jakarta.jms.ConnectionFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.jms.connection.CachingConnectionFactory;
import org.springframework.jms.core.JmsTemplate;

/**
 * A Spring Boot application that answers each text of one queue in another. Without {@code quorummq.uri} Boot makes the
 * connection factory of its Artemis starter; with it ours is used.
 */
@SpringBootApplication
public class SpringEcho {
    private static final int SECONDS_MAX = 40;

    private final JmsTemplate jms;
    private final String replies;
    private final CountDownLatch open;

    public SpringEcho(
            JmsTemplate jms, @Value("${replies}") String replies, @Value("${messages}") int messages) {
        this.jms = jms;
        this.replies = replies;
        this.open = new CountDownLatch(messages);
    }

    public static void main(String[] arguments) throws Exception {
        try (var application = SpringApplication.run(SpringEcho.class, arguments)) {
            var isDone = application.getBean(SpringEcho.class).open.await(SECONDS_MAX, TimeUnit.SECONDS);
            var factory = application.getBean(ConnectionFactory.class);
            if (factory instanceof CachingConnectionFactory caching) {
                factory = caching.getTargetConnectionFactory();
            }
            System.out.println("factory " + factory.getClass().getName());
            System.out.println(isDone ? "all echoed" : "messages are missing");
        }
    }

    @JmsListener(destination = "${requests}")
    public void answer(String text) {
        jms.convertAndSend(replies, "echo of " + text);
        open.countDown();
    }

    /** As docs/clients.md says. */
    @Bean
    @ConditionalOnProperty("quorummq.uri")
    static ConnectionFactory connectionFactory(
            @Value("${quorummq.uri}") String uri,
            @Value("${quorummq.user}") String secretId,
            @Value("${quorummq.password}") String secretKey) {
        return new QuorumMqConnectionFactory(uri, secretId, secretKey);
    }
}
