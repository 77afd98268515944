/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import com.fasterxml.jackson.core.JsonFactory;
import io.quorummq.config.FirstCredential;
import io.quorummq.config.Home;
import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Changes who may use a node; a running node follows at once. */
@Command(
        name = "credential",
        description = "Add, list or remove credentials of a node; a running node follows at once.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {CredentialCommand.Add.class, CredentialCommand.ListAll.class, CredentialCommand.Remove.class})
final class CredentialCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: add, list or remove");
    }

    private static CredentialFile open(Home home) {
        if (!Files.exists(home.credentials())) {
            throw new ConfigurationException("no home of a node at " + home.directory()
                    + ": name one by --home or QUORUMMQ_HOME, or make one with 'quorummq create'");
        }
        return CredentialFile.open(home.credentials(), System::nanoTime);
    }

    /** Adds a credential. */
    @Command(
            name = "add",
            description = "Add a credential and print it. Only ids that begin with AKID can sign HTTP requests;"
                    + " any id can log in by JMS and AMQP.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class Add implements Runnable {
        @Mixin
        private HomeOption home = new HomeOption();

        @Parameters(arity = "0..1", paramLabel = "SECRET_ID", description = "generated when absent")
        private @Nullable String secretId;

        @Option(
                names = "--secret-key",
                arity = "0..1",
                interactive = true,
                paramLabel = "SECRET_KEY",
                description = "generated when absent; asked for when the option has no value")
        private @Nullable String secretKey;

        @Option(names = "--json", description = "print as JSON")
        private boolean json;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public void run() {
            Logging.off();
            var file = open(home.home());
            var generated = FirstCredential.generated(new java.security.SecureRandom());
            var added = new Credential(
                    Optional.ofNullable(secretId).orElse(generated.secretId()),
                    Optional.ofNullable(secretKey).orElse(generated.secretKey()));
            file.add(added);
            var out = spec.commandLine().getOut();
            if (json) {
                printJson(out, List.of(added), true);
            } else {
                out.println("secretId   " + added.secretId());
                out.println("secretKey  " + added.secretKey());
            }
        }
    }

    /** Lists the ids. */
    @Command(
            name = "list",
            description = "List the ids of all credentials; the keys only when asked for.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class ListAll implements Runnable {
        @Mixin
        private HomeOption home = new HomeOption();

        @Option(names = "--keys", description = "print the secret keys too")
        private boolean keys;

        @Option(names = "--json", description = "print as JSON")
        private boolean json;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public void run() {
            Logging.off();
            var credentials = open(home.home()).list();
            var out = spec.commandLine().getOut();
            if (json) {
                printJson(out, credentials, keys);
                return;
            }
            for (var credential : credentials) {
                out.println(keys ? credential.secretId() + " " + credential.secretKey() : credential.secretId());
            }
        }
    }

    /** Removes a credential. */
    @Command(
            name = "remove",
            description = "Remove a credential; what is logged in by it is cut off.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class Remove implements Runnable {
        @Mixin
        private HomeOption home = new HomeOption();

        @Parameters(paramLabel = "SECRET_ID")
        private String secretId = "";

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public void run() {
            Logging.off();
            open(home.home()).remove(secretId);
            spec.commandLine().getOut().println("Removed " + secretId);
        }
    }

    private static void printJson(PrintWriter out, List<Credential> credentials, boolean keys) {
        var text = new StringWriter();
        try (var generator = new JsonFactory().createGenerator(text)) {
            generator.writeStartArray();
            for (var credential : credentials) {
                generator.writeStartObject();
                generator.writeStringField("secretId", credential.secretId());
                if (keys) {
                    generator.writeStringField("secretKey", credential.secretKey());
                }
                generator.writeBooleanField("canSign", credential.canSign());
                generator.writeEndObject();
            }
            generator.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println(text);
    }
}
