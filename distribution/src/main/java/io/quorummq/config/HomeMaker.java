/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialFile;
import io.quorummq.replication.identity.BootstrapToken;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.identity.IdentityFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes homes from the installation's templates. What it writes only the owner may read. A file that exists is never
 * changed.
 */
public final class HomeMaker {
    private static final String ONLY_NODE = "n1";

    private final Installation installation;
    private final FirstCredential firstCredential;

    /** Takes templates from this installation. */
    public HomeMaker(Installation installation, FirstCredential firstCredential) {
        this.installation = installation;
        this.firstCredential = firstCredential;
    }

    /**
     * Adds directories and configuration where the home lacks them, with the usual ports. A home that is made by this becomes a
     * cluster of one; one that was in use never gets another token, or its lost data would seem never to have been.
     */
    public void complete(Home home) {
        try {
            var isNew = !Files.exists(home.brokerXml());
            if (isNew && holdsMessages(home)) {
                throw new ConfigurationException(home.brokerXml() + " is missing although " + home.data()
                        + " holds messages: restore it, or copy " + installation.template("broker.xml"));
            }
            if (!isNew && !Files.exists(home.cluster())) {
                throw new ConfigurationException(home.cluster() + " is missing although there is " + home.brokerXml()
                        + ": restore it, or make a new home with 'quorummq create'");
            }
            makeDirectories(home);
            if (!Files.exists(home.cluster())) {
                beginClusterOfOne(home);
            }
            if (!Files.exists(home.logConfiguration())) {
                write(home.logConfiguration(), logConfiguration(), "rw-------");
            }
            // last: where it is, the home was made
            if (isNew) {
                write(home.brokerXml(), brokerXml(0), "rw-------");
            }
        } catch (IOException e) {
            throw new ConfigurationException("cannot use " + home.directory() + " as a home: " + e, e);
        }
    }

    /** Gives a home without credentials its first one, which is the result; empty when it has its file already. */
    public Optional<Credential> addFirstCredential(Home home) {
        if (Files.exists(home.credentials())) {
            return Optional.empty();
        }
        var credential = firstCredential.get();
        CredentialFile.create(home.credentials(), credential, System::nanoTime);
        return Optional.of(credential);
    }

    /** Refuses a directory that holds something. */
    void requireEmpty(Path directory) {
        try {
            if (Files.exists(directory) && !isEmptyDirectory(directory)) {
                throw new ConfigurationException(directory + " exists and is not an empty directory");
            }
        } catch (IOException e) {
            throw new ConfigurationException("cannot create " + directory + ": " + e, e);
        }
    }

    /** A whole new home with a launcher of its own. */
    void make(Home home, Instance instance) {
        try {
            makeDirectories(home);
            var token = instance.token();
            if (token != null) {
                new IdentityFiles(home.data()).write(token);
            }
            instance.cluster().write(home.cluster());
            write(home.logConfiguration(), instance.logConfiguration(), "rw-------");
            makeDirectory(home.lib());
            makeDirectory(home.bin());
            write(home.launcher(), launcherText(), "rwx------");
            if (!instance.credentials().isEmpty()) {
                var first = instance.credentials().get(0);
                var file = CredentialFile.create(home.credentials(), first, System::nanoTime);
                instance.credentials().stream().skip(1).forEach(file::add);
            }
            write(home.brokerXml(), instance.brokerXml(), "rw-------");
        } catch (IOException e) {
            throw new ConfigurationException("cannot create " + home.directory() + ": " + e, e);
        }
    }

    /** The template with every port this much higher. */
    String brokerXml(int portOffset) {
        return PortPlaceholders.of(template("broker.xml")).movedBy(portOffset);
    }

    String logConfiguration() {
        return template("log4j2.properties");
    }

    /** A directory that only its owner may enter; one that exists is left as it is. */
    void makeDirectory(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
                permit(directory, "rwx------");
            }
        } catch (IOException e) {
            throw new ConfigurationException("cannot create " + directory + ": " + e, e);
        }
    }

    private void makeDirectories(Home home) {
        makeDirectory(home.directory());
        makeDirectory(home.etc());
        makeDirectory(home.data());
        makeDirectory(home.log());
    }

    /** The token first: a crash between the two leaves a token that the next try replaces. */
    private void beginClusterOfOne(Home home) {
        var clusterId = uuid();
        var address = ClusterPlan.ofOne(Port.RAFT.usual(), 0, false).addresses();
        new IdentityFiles(home.data()).write(new BootstrapToken(clusterId, ONLY_NODE, Map.of(ONLY_NODE, uuid())));
        new ClusterConfiguration(clusterId, ONLY_NODE, address).write(home.cluster());
    }

    private UUID uuid() {
        var random = firstCredential.random();
        return new UUID(random.nextLong(), random.nextLong());
    }

    private static boolean holdsMessages(Home home) {
        var files = new IdentityFiles(home.data());
        return Files.exists(home.data().resolve("journal"))
                || files.holdsShards()
                || files.identity().isPresent();
    }

    private String template(String name) {
        try {
            return Files.readString(installation.template(name), UTF_8);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "the installation is not complete: cannot read " + installation.template(name), e);
        }
    }

    /** Finds its home by its own place, so that the directory can be copied to another machine. */
    private String launcherText() {
        return """
                #!/bin/sh
                # Runs the commands of QuorumMQ for this instance.
                set -eu
                self=$0
                while [ -L "$self" ]; do
                    target=$(readlink "$self")
                    case $target in
                        /*) self=$target ;;
                        *) self=$(dirname "$self")/$target ;;
                    esac
                done
                QUORUMMQ_HOME=$(cd "$(dirname "$self")/.." && pwd -P)
                export QUORUMMQ_HOME
                installed=%s
                program=${QUORUMMQ_INSTALLATION:-$installed}/bin/quorummq
                if [ ! -x "$program" ]; then
                    echo "quorummq: there is no $program: name the installation by QUORUMMQ_INSTALLATION" >&2
                    exit 2
                fi
                exec "$program" "$@"
                """.formatted(quoted(installation.directory()));
    }

    private static String quoted(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }

    private static boolean isEmptyDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (var files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    private static void write(Path file, String text, String permissions) throws IOException {
        var temporary = Files.createTempFile(file.getParent(), ".new", null);
        Files.writeString(temporary, text, UTF_8);
        permit(temporary, permissions);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void permit(Path path, String permissions) throws IOException {
        if (Files.getFileAttributeView(path, PosixFileAttributeView.class) != null) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        }
    }
}
