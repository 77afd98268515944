/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import java.nio.file.Path;

/** Where everything of one node lies on the disk; says where things are, makes nothing. */
public record Home(Path directory) {
    /** The home at this path, which is made absolute. */
    public static Home at(Path directory) {
        return new Home(directory.toAbsolutePath().normalize());
    }

    /** The node's configuration, an Artemis file. */
    public Path brokerXml() {
        return etc().resolve("broker.xml");
    }

    /** What is logged, and where. */
    public Path logConfiguration() {
        return etc().resolve("log4j2.properties");
    }

    /** Who may use the node. */
    public Path credentials() {
        return etc().resolve("credential");
    }

    /** Which cluster the node belongs to, and where its nodes are. */
    public Path cluster() {
        return etc().resolve("cluster.properties");
    }

    /** Certificates and keys of the port between nodes; TLS is in force where there are any. */
    public Path tls() {
        return etc().resolve("tls");
    }

    /** What an operator may edit. */
    public Path etc() {
        return directory.resolve("etc");
    }

    /** Messages and everything else that must not be lost. */
    public Path data() {
        return directory.resolve("data");
    }

    /** Log files. */
    public Path log() {
        return directory.resolve("log");
    }

    /** Jars of the operator's own plugins. */
    public Path lib() {
        return directory.resolve("lib");
    }

    /** The command that starts this very instance; only homes made by {@code create} have one. */
    public Path launcher() {
        return bin().resolve("quorummq");
    }

    Path bin() {
        return directory.resolve("bin");
    }

    /** Where the running node's CMQ API is; written when it is ready, for the commands that call it. */
    public Path cmqEndpoint() {
        return data().resolve("cmq-endpoint");
    }

    /** Where the running node listens for the others, as {@code host:port}; written when it does, for the commands that call it. */
    public Path peerEndpoint() {
        return data().resolve("peer-endpoint");
    }

    /** Held by the process that runs this home. */
    Path lock() {
        return data().resolve("node.lock");
    }
}
