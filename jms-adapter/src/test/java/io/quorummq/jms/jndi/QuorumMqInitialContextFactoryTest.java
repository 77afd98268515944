/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms.jndi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.jms.QuorumMqConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks names up, which is what the factory is for; every name and location here is the test's own. */
@SuppressWarnings("BanJNDI")
final class QuorumMqInitialContextFactoryTest {
    @TempDir
    Path directory;

    @Test
    void propertiesOfTheEnvironmentAreBound() throws NamingException, JMSException {
        var context = context(
                "connectionfactory.orders/factory",
                "quorummq://one,two?jms.prefetchPolicy.all=10",
                "queue.orders/in",
                "orders-in",
                "topic.news",
                "news.all",
                Context.SECURITY_PRINCIPAL,
                "AKIDme",
                Context.SECURITY_CREDENTIALS,
                "my-key");

        assertThat(context.lookup("orders/factory"))
                .isInstanceOf(QuorumMqConnectionFactory.class)
                .hasToString("QuorumMqConnectionFactory[quorummq://one:5672,two:5672, secretId=AKIDme]");
        assertThat(((Queue) context.lookup("orders/in")).getQueueName()).isEqualTo("orders-in");
        assertThat(((Topic) context.lookup("news")).getTopicName()).isEqualTo("news.all");
        assertThatThrownBy(() -> context.lookup("nothing")).isInstanceOf(NameNotFoundException.class);
    }

    @Test
    void propertiesOfAFileAreBound() throws NamingException, IOException, JMSException {
        var file = directory.resolve("jndi.properties");
        Files.writeString(file, "connectionfactory.cf=quorummq://one\nqueue.q=from-file\n");

        for (var location : new String[] {file.toString(), file.toUri().toString()}) {
            var context = context(Context.PROVIDER_URL, location);

            assertThat(context.lookup("cf")).isInstanceOf(QuorumMqConnectionFactory.class);
            assertThat(((Queue) context.lookup("q")).getQueueName()).isEqualTo("from-file");
        }
    }

    @Test
    void aConnectionUriAsProviderUrlIsTheDefaultFactory() throws NamingException {
        assertThat(context(Context.PROVIDER_URL, "quorummqs://one").lookup("ConnectionFactory"))
                .hasToString("QuorumMqConnectionFactory[quorummqs://one:5671, secretId=null]");
    }

    @Test
    void anyQueueAndTopicCanBeLookedUp() throws NamingException, JMSException {
        var context = context();

        assertThat(((Queue) context.lookup("dynamicQueues/orders")).getQueueName())
                .isEqualTo("orders");
        assertThat(((Topic) context.lookup("dynamicTopics/news")).getTopicName())
                .isEqualTo("news");
    }

    @Test
    void aWrongUriIsRefusedWithTheNameOfItsProperty() {
        assertThatThrownBy(() -> context("connectionfactory.cf", "tcp://one"))
                .isInstanceOf(NamingException.class)
                .hasMessageContaining("property connectionfactory.cf")
                .hasMessageContaining("allowed is quorummq://");
    }

    @Test
    void aMissingFileIsRefused() {
        assertThatThrownBy(() ->
                        context(Context.PROVIDER_URL, directory.resolve("none").toString()))
                .isInstanceOf(NamingException.class)
                .hasMessageContaining(Context.PROVIDER_URL)
                .hasMessageContaining("neither as a properties file nor as a quorummq:// URI");
    }

    private static Context context(String... properties) throws NamingException {
        var environment = new Properties();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, QuorumMqInitialContextFactory.class.getName());
        for (var i = 0; i < properties.length; i += 2) {
            environment.put(properties[i], properties[i + 1]);
        }
        return new InitialContext(environment);
    }
}
