/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.CredentialFile;
import io.quorummq.replication.identity.BootstrapToken;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.peer.NodeAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the instance directories of a whole cluster, and later of one more node. Each can be copied to its machine. */
public final class ClusterMaker {
    private final HomeMaker homes;
    private final FirstCredential firstCredential;
    private final InstantSource clock;
    private final SecureRandom random;

    /** Takes templates from this installation; draws ids and keys from the source of the credential. */
    public ClusterMaker(Installation installation, FirstCredential firstCredential, InstantSource clock) {
        this.homes = new HomeMaker(installation, firstCredential);
        this.firstCredential = firstCredential;
        this.clock = clock;
        this.random = firstCredential.random();
    }

    /** A cluster of one, in this directory itself. */
    public Home createOne(Path directory, ClusterPlan plan) {
        if (plan.nodes().size() != 1) {
            throw new IllegalArgumentException(plan.nodes().size() + " nodes do not fit into one directory");
        }
        homes.requireEmpty(directory);
        return make(plan, label -> directory).get(0);
    }

    /** A directory for each node below this one, named after it; refuses a directory that is not empty. */
    public List<Home> create(Path directory, ClusterPlan plan) {
        homes.requireEmpty(directory);
        return make(plan, directory::resolve);
    }

    /**
     * The directory of a node that is to join the cluster of an instance: configured as that one is, with a certificate of the same
     * authority, but without a token.
     */
    public Home createJoining(Home existing, NodeOption node, Path directory, int portOffset) {
        homes.requireEmpty(directory);
        var cluster = ClusterConfiguration.read(existing.cluster());
        var joined = cluster.with(node.label(), node.address());
        var labels = new LinkedHashMap<NodeAddress, String>();
        joined.nodes().forEach((label, address) -> labels.put(address, label));
        ClusterPlan.requireReachable(labels);
        var authority =
                Files.isDirectory(existing.tls()) ? CertificateAuthority.read(existing.tls(), clock, random) : null;
        if (authority == null && !ClusterPlan.isLoopback(node.address())) {
            throw new ConfigurationException("node " + node.label() + " at " + node.address()
                    + " needs a certificate, but this cluster was made without: make one with 'quorummq create --tls'");
        }
        var instance = new Instance(
                joined.of(node.label()),
                null,
                PortPlaceholders.of(text(existing.brokerXml())).movedBy(portOffset),
                text(existing.logConfiguration()),
                CredentialFile.open(existing.credentials(), System::nanoTime).list());
        var home = Home.at(directory);
        homes.make(home, instance);
        certify(home, node.label(), node.address(), authority);
        return home;
    }

    private List<Home> make(ClusterPlan plan, Function<String, Path> places) {
        var credentials = List.of(firstCredential.get());
        var clusterId = uuid();
        var members = new LinkedHashMap<String, UUID>();
        plan.nodes().keySet().forEach(label -> members.put(label, uuid()));
        var instances = new LinkedHashMap<String, Instance>();
        // all of it decided, and refused, before anything is written
        plan.nodes()
                .forEach((label, node) -> instances.put(
                        label,
                        new Instance(
                                new ClusterConfiguration(clusterId, label, plan.addresses()),
                                new BootstrapToken(clusterId, label, members),
                                homes.brokerXml(node.portOffset()),
                                homes.logConfiguration(),
                                credentials)));
        var authority = plan.isTls() ? CertificateAuthority.create(clusterId, clock, random) : null;
        var made = new ArrayList<Home>();
        instances.forEach((label, instance) -> {
            var home = Home.at(places.apply(label));
            homes.make(home, instance);
            certify(home, label, instance.cluster().own(), authority);
            made.add(home);
        });
        if (authority != null) {
            authority.writeKey(made.get(0).tls());
        }
        return made;
    }

    private void certify(Home home, String label, NodeAddress address, @Nullable CertificateAuthority authority) {
        if (authority != null) {
            homes.makeDirectory(home.tls());
            authority.issue(label, address.host(), home.tls());
        }
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ConfigurationException("cannot read " + file + ": " + e, e);
        }
    }
}
