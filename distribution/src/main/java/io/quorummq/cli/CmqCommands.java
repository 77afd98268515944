/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.CmqClientSettings;
import io.quorummq.cmqclient.CmqRefusal;
import io.quorummq.cmqclient.CmqTransportException;
import io.quorummq.core.credential.CredentialException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** What commands that call the CMQ API of a running node have in common: its options, one client, the exit codes. */
public final class CmqCommands {
    private static final int FAILED = 1;
    private static final String DEFAULT_ENDPOINT = "http://127.0.0.1:8080";

    private final InstantSource clock;
    private final RandomGenerator random;

    @Option(
            names = "--endpoint",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "CMQ endpoint of the node (default: that of the home's running node, else " + DEFAULT_ENDPOINT
                    + ")")
    private @Nullable URI endpoint;

    @Mixin
    private LoginOptions login;

    /** The options as a command sees them; time and randomness for the signatures. */
    public CmqCommands(
            Map<String, String> environment, Path workingDirectory, InstantSource clock, RandomGenerator random) {
        this.login = new LoginOptions(environment, workingDirectory);
        this.clock = clock;
        this.random = random;
    }

    /** Makes the calls with a client; a refusal, no answer or a failed output is one line on stderr and exit code 1. */
    int run(CommandSpec command, Calls calls) {
        var out = command.commandLine().getOut();
        try (var client = client(command)) {
            calls.make(client, out);
            out.flush();
            return 0;
        } catch (CompletionException e) {
            if (e.getCause() instanceof CmqRefusal || e.getCause() instanceof CmqTransportException) {
                return failed(command, e.getCause());
            }
            throw e;
        } catch (IOException e) {
            return failed(command, e);
        }
    }

    /** How long it is until then. */
    TimeLeft until(Instant time) {
        return new TimeLeft(Duration.between(clock.instant(), time));
    }

    private CmqClient client(CommandSpec command) {
        try {
            var given = endpoint != null ? endpoint : login.endpoint().orElse(URI.create(DEFAULT_ENDPOINT));
            return new CmqClient(given, login.required(), CmqClientSettings.DEFAULT, clock, random);
        } catch (CredentialException | IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private static int failed(CommandSpec command, Throwable failure) {
        command.commandLine().getErr().println(failure.getMessage());
        command.commandLine().getErr().flush();
        return FAILED;
    }

    /** The calls of one command and what it prints of their answers. */
    @FunctionalInterface
    interface Calls {
        void make(CmqClient client, PrintWriter out) throws IOException;
    }
}
