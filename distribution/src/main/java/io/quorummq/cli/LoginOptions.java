/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.config.Home;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialException;
import io.quorummq.core.credential.CredentialFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * Where a client command takes its credential from: the home named by {@code --home}, else the environment, else the
 * home that the environment names, else the one that {@code run} makes in the working directory.
 */
public final class LoginOptions {
    private static final String ID = "QUORUMMQ_SECRET_ID";
    private static final String KEY = "QUORUMMQ_SECRET_KEY";
    private static final String HOME = "QUORUMMQ_HOME";
    private static final String DEFAULT_HOME = "quorummq-data";

    private final Map<String, String> environment;
    private final Path workingDirectory;

    @Option(
            names = "--home",
            scope = ScopeType.INHERIT,
            paramLabel = "DIR",
            description = "home of a node whose credential is used; else " + ID + " and " + KEY
                    + " of the environment, else $QUORUMMQ_HOME, else ./quorummq-data")
    private @Nullable Path home;

    /** The environment and the working directory as the command sees them. */
    public LoginOptions(Map<String, String> environment, Path workingDirectory) {
        this.environment = Map.copyOf(environment);
        this.workingDirectory = workingDirectory;
    }

    /** Where the home's running node serves the CMQ API, if that is known. */
    Optional<URI> endpoint() {
        var file = Home.at(home != null ? home : defaultHome()).cmqEndpoint();
        try {
            return Files.exists(file)
                    ? Optional.of(URI.create(Files.readString(file).trim()))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new CredentialException("the node's endpoint in " + file + " cannot be read: " + e.getMessage());
        }
    }

    private Path defaultHome() {
        return workingDirectory.resolve(environment.getOrDefault(HOME, DEFAULT_HOME));
    }

    /** The credential, that can sign; refuses with {@link CredentialException}, saying where one could be given. */
    public Credential required() {
        return find().orElseThrow(() -> new CredentialException(
                "no credential: set " + ID + " and " + KEY + ", or name the node's home with --home DIR"));
    }

    /** The credential if there is one anywhere; refuses with {@link CredentialException} one that cannot be used. */
    public Optional<Credential> find() {
        if (home != null) {
            return Optional.of(firstThatSigns(home));
        }
        if (environment.containsKey(ID) || environment.containsKey(KEY)) {
            return Optional.of(new Credential(variable(ID), variable(KEY)));
        }
        var defaultHome = defaultHome();
        return Files.exists(Home.at(defaultHome).credentials())
                ? Optional.of(firstThatSigns(defaultHome))
                : Optional.empty();
    }

    private String variable(String name) {
        var value = environment.get(name);
        if (value == null) {
            throw new CredentialException(name + " is not set: " + ID + " and " + KEY + " are needed together");
        }
        return value;
    }

    private static Credential firstThatSigns(Path home) {
        var file = Home.at(home).credentials();
        return CredentialFile.open(file, System::nanoTime).list().stream()
                .filter(Credential::canSign)
                .findFirst()
                .orElseThrow(() -> new CredentialException(
                        "credential file " + file + " has no credential whose id begins with AKID"));
    }
}
