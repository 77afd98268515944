/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.admin;

/** What a load balancer or an operator asks a node; answers at once, from any thread. */
public interface Health {
    /** Whether CMQ requests will be served by this node. */
    boolean isReady();

    /** Whether JMS and AMQP are open on this node. */
    boolean isLeader();
}
