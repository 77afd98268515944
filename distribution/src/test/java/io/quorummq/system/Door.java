/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.system;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;

/** The ways of JMS clients into a node. */
enum Door {
    /** The Artemis JMS client, over the core protocol. */
    CORE {
        @Override
        Connection connect(NodeProcess node) throws JMSException {
            return node.core();
        }
    },
    /** Qpid JMS, over AMQP 1.0. */
    AMQP {
        @Override
        Connection connect(NodeProcess node) throws JMSException {
            return node.amqp();
        }
    };

    /** A started connection. */
    abstract Connection connect(NodeProcess node) throws JMSException;
}
