/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import io.quorummq.replication.peer.NodeAddress;

/** A port that a node listens on, and the names by which it can be moved. */
public enum Port {
    CMQ("CMQ HTTP", "quorummq.cmq.port", "--cmq-port", 8080),
    CORE("core and AMQP", "quorummq.core.port", "--core-port", 61616),
    AMQP("AMQP", "quorummq.amqp.port", "--amqp-port", 5672),
    ADMIN("admin", "quorummq.admin.port", "--admin-port", 9090),
    /** Its default is in the home's {@code cluster.properties}, where the other nodes find it too. */
    RAFT("Raft", "quorummq.raft.port", "--raft-port", NodeAddress.USUAL_PORT);

    private final String title;
    private final String property;
    private final String option;
    private final int usual;

    Port(String title, String property, String option, int usual) {
        this.title = title;
        this.property = property;
        this.option = option;
        this.usual = usual;
    }

    /** What speaks there. */
    public String title() {
        return title;
    }

    /** The system property whose value {@code broker.xml} takes. */
    public String property() {
        return property;
    }

    /** The command-line option that moves it. */
    public String option() {
        return option;
    }

    /** Where it is when nobody says anything. */
    public int usual() {
        return usual;
    }
}
