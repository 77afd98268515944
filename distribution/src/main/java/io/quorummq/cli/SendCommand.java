/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code send}: puts one message into a queue of a running node and prints its id. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        description = "Send a message to a queue of a running node and print its id.")
public final class SendCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    private final InputStream input;

    @Mixin
    private CmqCommands commands;

    @Spec
    @SuppressWarnings("NullAway.Init") // set before the command runs
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "name of the queue")
    private String queue = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "BODY",
            defaultValue = STANDARD_INPUT,
            description = "text of the message; - or nothing reads it, in UTF-8, from standard input")
    private String body = STANDARD_INPUT;

    @Option(
            names = "--delay",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "seconds until the message can be received")
    private long delaySeconds;

    /** Reads a body from the input when none is given as an argument. */
    public SendCommand(CmqCommands commands, InputStream input) {
        this.commands = commands;
        this.input = input;
    }

    @Override
    public Integer call() throws IOException {
        var text = STANDARD_INPUT.equals(body) ? new String(input.readAllBytes(), UTF_8) : body;
        return commands.run(
                spec,
                (client, out) -> out.println(client.sendMessage(queue, text, Duration.ofSeconds(delaySeconds))
                        .join()));
    }
}
