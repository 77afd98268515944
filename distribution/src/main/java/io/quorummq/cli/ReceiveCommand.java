/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.ReceivedMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code receive}: takes messages from a queue of a running node and prints them, a body a line or a JSON object a line. */
@Command(
        name = "receive",
        mixinStandardHelpOptions = true,
        description = {
            "Receive messages from a queue of a running node and print their bodies.",
            "A message that is not deleted can be received again when the queue's visibility timeout has run out."
        })
public final class ReceiveCommand implements Callable<Integer> {
    private static final int BATCH = 16;
    private static final int WAIT_SECONDS_MAX = 30;
    private static final int MESSAGES_MAX = 1_000_000;

    @Mixin
    private CmqCommands commands;

    @Spec
    @SuppressWarnings("NullAway.Init") // set before the command runs
    private CommandSpec spec;

    @Parameters(paramLabel = "QUEUE", description = "name of the queue")
    private String queue = "";

    @Option(names = "--max", paramLabel = "N", defaultValue = "1", description = "most messages (default: 1)")
    private int max;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "how long to wait for the first message, 0 to 30 (default: 0)")
    private int waitSeconds;

    @Option(names = "--delete", description = "delete each message once it is printed")
    private boolean delete;

    @Option(names = "--json", description = "each message as a JSON object in a line, with id, handle and times")
    private boolean json;

    /** The options are those of every command that calls the CMQ API. */
    public ReceiveCommand(CmqCommands commands) {
        this.commands = commands;
    }

    @Override
    public Integer call() {
        within("--max", max, 1, MESSAGES_MAX);
        within("--wait", waitSeconds, 0, WAIT_SECONDS_MAX);
        return commands.run(spec, this::receive);
    }

    private void receive(CmqClient client, PrintWriter out) throws IOException {
        var wait = Duration.ofSeconds(waitSeconds);
        int left = max;
        while (left > 0) {
            var messages = client.batchReceiveMessage(queue, Math.min(left, BATCH), wait)
                    .join();
            if (messages.isEmpty()) {
                return;
            }
            for (var message : messages) {
                print(message, out);
            }
            // What was not printed must not be deleted.
            if (out.checkError()) {
                throw new IOException("standard output cannot be written; the last messages were not deleted");
            }
            if (delete) {
                deleted(client, messages);
            }
            left -= messages.size();
            wait = Duration.ZERO;
        }
    }

    private void deleted(CmqClient client, List<ReceivedMessage> messages) throws IOException {
        var failures = client.batchDeleteMessage(
                        queue,
                        messages.stream().map(ReceivedMessage::receiptHandle).toList())
                .join();
        if (!failures.isEmpty()) {
            throw new IOException(failures.size() + " of " + messages.size() + " messages were not deleted, the first: "
                    + failures.get(0).message());
        }
    }

    private void print(ReceivedMessage message, PrintWriter out) throws IOException {
        if (!json) {
            out.println(message.body());
            return;
        }
        var members = new LinkedHashMap<String, Object>();
        members.put("msgId", message.msgId());
        members.put("receiptHandle", message.receiptHandle());
        members.put("msgBody", message.body());
        members.put("enqueueTime", message.enqueued().getEpochSecond());
        members.put("firstDequeueTime", message.firstDequeued().getEpochSecond());
        members.put("nextVisibleTime", message.nextVisible().getEpochSecond());
        members.put("dequeueCount", message.dequeueCount());
        JsonOut.print(out, members);
    }

    private void within(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(), option + "=" + value + ", allowed: " + least + " to " + most);
        }
    }
}
