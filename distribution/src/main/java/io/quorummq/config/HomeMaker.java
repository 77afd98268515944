/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Makes homes from the installation's templates. What it writes only the owner may read. A file that exists is never
 * changed.
 */
public final class HomeMaker {
    private final Installation installation;
    private final FirstCredential firstCredential;

    /** Takes templates from this installation. */
    public HomeMaker(Installation installation, FirstCredential firstCredential) {
        this.installation = installation;
        this.firstCredential = firstCredential;
    }

    /** A new home with a launcher of its own; refuses a directory that is not empty. */
    public Home create(Path directory, int portOffset) {
        var home = Home.at(directory);
        try {
            if (Files.exists(directory) && !isEmptyDirectory(directory)) {
                throw new ConfigurationException(directory + " exists and is not an empty directory");
            }
            var credential = firstCredential.get();
            makeDirectories(home);
            writeConfiguration(home, portOffset);
            makeDirectory(home.lib());
            makeDirectory(directory.resolve("bin"));
            write(home.launcher(), launcherText(home), "rwx------");
            CredentialFile.create(home.credentials(), credential, System::nanoTime);
            return home;
        } catch (IOException e) {
            throw new ConfigurationException("cannot create " + directory + ": " + e, e);
        }
    }

    /** Adds directories and configuration where the home lacks them, with the usual ports. */
    public void complete(Home home) {
        try {
            if (!Files.exists(home.brokerXml()) && Files.exists(home.data().resolve("journal"))) {
                throw new ConfigurationException(home.brokerXml() + " is missing although " + home.data()
                        + " holds messages: restore it, or copy " + installation.template("broker.xml"));
            }
            makeDirectories(home);
            writeConfiguration(home, 0);
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

    private void makeDirectories(Home home) throws IOException {
        makeDirectory(home.directory());
        makeDirectory(home.etc());
        makeDirectory(home.data());
        makeDirectory(home.log());
    }

    private void writeConfiguration(Home home, int portOffset) throws IOException {
        if (!Files.exists(home.brokerXml())) {
            var text = PortPlaceholders.of(template("broker.xml")).movedBy(portOffset);
            write(home.brokerXml(), text, "rw-------");
        }
        if (!Files.exists(home.logConfiguration())) {
            write(home.logConfiguration(), template("log4j2.properties"), "rw-------");
        }
    }

    private String template(String name) throws IOException {
        return Files.readString(installation.template(name), UTF_8);
    }

    private String launcherText(Home home) {
        return """
                #!/bin/sh
                # Runs the commands of QuorumMQ for this instance.
                set -eu
                QUORUMMQ_HOME=%s
                export QUORUMMQ_HOME
                exec %s "$@"
                """.formatted(quoted(home.directory()), quoted(installation.launcher()));
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

    private static void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            permit(directory, "rwx------");
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
