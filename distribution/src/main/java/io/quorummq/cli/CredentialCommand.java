/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.cluster.ClusterDoor;
import io.quorummq.config.FirstCredential;
import io.quorummq.core.credential.Credential;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Changes who may use a cluster; all its nodes follow at once. */
@Command(
        name = "credential",
        description = "Add, list or remove credentials of the cluster; all its nodes follow at once.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class CredentialCommand implements Runnable {
    private final ClusterDoor door;
    private final SecureRandom random;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Changes a running cluster through this door; draws what is to be generated from this source. */
    public CredentialCommand(ClusterDoor door, SecureRandom random) {
        this.door = door;
        this.random = random;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: add, list or remove");
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Add a credential and print it. Only ids that begin with AKID can sign HTTP requests;"
                    + " any id can log in by JMS and AMQP.")
    void add(
            @Mixin HomeOption home,
            @Parameters(arity = "0..1", paramLabel = "SECRET_ID", description = "generated when absent") @Nullable
                    String secretId,
            @Option(
                            names = "--secret-key",
                            arity = "0..1",
                            interactive = true,
                            paramLabel = "SECRET_KEY",
                            description = "generated when absent; asked for when the option has no value")
                    @Nullable
                    String secretKey,
            @Option(names = "--json", description = "print as JSON") boolean isJson)
            throws IOException {
        var generated = FirstCredential.generated(random);
        var added = new Credential(
                Optional.ofNullable(secretId).orElse(generated.secretId()),
                Optional.ofNullable(secretKey).orElse(generated.secretKey()));
        CredentialKeeper.of(home.home(), door).add(added);
        if (isJson) {
            JsonOut.print(out(), members(added, true));
        } else {
            out().println("secretId   " + added.secretId());
            out().println("secretKey  " + added.secretKey());
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the ids of all credentials; the keys only when asked for.")
    void list(
            @Mixin HomeOption home,
            @Option(names = "--keys", description = "print the secret keys too") boolean isWithKeys,
            @Option(names = "--json", description = "print as JSON") boolean isJson)
            throws IOException {
        var credentials = CredentialKeeper.of(home.home(), door).list();
        if (isJson) {
            JsonOut.print(
                    out(),
                    credentials.stream()
                            .map(credential -> members(credential, isWithKeys))
                            .toList());
            return;
        }
        for (var credential : credentials) {
            out().println(isWithKeys ? credential.secretId() + " " + credential.secretKey() : credential.secretId());
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Remove a credential; connections that logged in by it are closed.")
    void remove(
            @Mixin HomeOption home, @Parameters(paramLabel = "SECRET_ID", description = "as listed") String secretId) {
        CredentialKeeper.of(home.home(), door).remove(secretId);
        out().println("Removed " + secretId);
    }

    private static Map<String, Object> members(Credential credential, boolean isWithKey) {
        var members = new LinkedHashMap<String, Object>();
        members.put("secretId", credential.secretId());
        if (isWithKey) {
            members.put("secretKey", credential.secretKey());
        }
        members.put("canSign", credential.canSign());
        return members;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
