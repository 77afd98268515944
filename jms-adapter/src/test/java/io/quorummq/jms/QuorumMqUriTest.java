/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QuorumMqUriTest {
    private static final String DEFAULTS =
            "failover.maxReconnectDelay=2000&failover.reconnectDelay=100&failover.startupMaxReconnectAttempts=8";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            quorummq://one                      | (amqp://one:5672)
            quorummq://one:5673                 | (amqp://one:5673)
            QuorumMQ://one,two:1, three         | (amqp://one:5672,amqp://two:1,amqp://three:5672)
            quorummqs://one,two:9               | (amqps://one:5671,amqps://two:9)
            quorummq://127.0.0.1,[::1],[::1]:7  | (amqp://127.0.0.1:5672,amqp://[::1]:5672,amqp://[::1]:7)
            """)
    void hostsBecomeAFailoverListWithTheDefaultPort(String uri, String qpid) {
        assertThat(QuorumMqUri.parse(uri).toQpid()).isEqualTo("failover:" + qpid + "?" + DEFAULTS);
    }

    @Test
    void optionsArePassedOnThoseOfAHostToEveryHost() {
        var uri = "quorummqs://one,two?jms.prefetchPolicy.all=10&amqp.saslMechanisms=PLAIN"
                + "&transport.trustStorePassword=a%26b&failover.reconnectDelay=7";

        assertThat(QuorumMqUri.parse(uri).toQpid())
                .isEqualTo("failover:(amqps://one:5671,amqps://two:5671)?failover.maxReconnectDelay=2000"
                        + "&failover.reconnectDelay=7&failover.startupMaxReconnectAttempts=8"
                        + "&jms.prefetchPolicy.all=10&failover.nested.amqp.saslMechanisms=PLAIN"
                        + "&failover.nested.transport.trustStorePassword=a%26b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            amqp://one                         | begins with neither quorummq:// nor quorummqs://
            quorummq:one                       | begins with neither
            quorummq://                        | a host is missing
            quorummq://one,,two                | a host is missing
            quorummq://one:x                   | "one:x" is not host:port
            quorummq://one:0                   | port 0 is not within 1 and 65535
            quorummq://one:65536               | port 65536 is not within
            quorummq://one/queue               | "one/queue" is not host:port
            quorummq://one#part                | "one#part" is not host:port
            quorummq://AKIDme:hush@one         | secretId and secretKey do not belong into it
            quorummq://one?prefetch=1          | option "prefetch" is not name=value with a name that begins with jms.
            quorummq://one?jms.clientID        | option "jms.clientID" is not name=value
            quorummq://one?jms.a=1&jms.a=2     | option "jms.a" appears twice
            """)
    void aWrongUriIsRefusedWithWhatIsAllowed(String uri, String reason) {
        assertThatThrownBy(() -> QuorumMqUri.parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("allowed is quorummq://host1:port,host2:port?option=value");
    }

    @Test
    void secretsInOptionsAreNotShown() {
        var uri = "quorummqs://one?transport.trustStorePassword=hush";

        assertThat(QuorumMqUri.parse(uri).toString()).isEqualTo("quorummqs://one:5671");
        assertThatThrownBy(() -> QuorumMqUri.parse(uri + "&x=y")).hasMessageNotContaining("hush");
    }
}
