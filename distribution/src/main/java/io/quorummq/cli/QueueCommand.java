/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.cmqclient.CmqClient;
import io.quorummq.cmqclient.QueueEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code queue list|show|create|set|delete|clear}: the queues of a running node. */
@Command(
        name = "queue",
        mixinStandardHelpOptions = true,
        description = "List, show, create, change, delete and clear queues of a running node.")
public final class QueueCommand implements Runnable {
    private static final int PAGE = 50;
    private static final String ATTRIBUTES =
            "attributes by their CMQ names: maxMsgHeapNum, pollingWaitSeconds, visibilityTimeout, maxMsgSize,"
                    + " msgRetentionSeconds, rewindSeconds, deadLetterPolicy";

    @Mixin
    private CmqCommands commands;

    @Spec
    @SuppressWarnings("NullAway.Init") // set before any command runs
    private CommandSpec spec;

    /** The options are shared by all sub-commands. */
    public QueueCommand(CmqCommands commands) {
        this.commands = commands;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "queue needs a command: list, show, create, set, delete or clear");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List queues.")
    int list(
            @Parameters(arity = "0..1", paramLabel = "WORD", description = "only queues whose name contains it")
                    @Nullable
                    String word,
            @Option(names = "--json", description = "as a JSON array") boolean json) {
        return commands.run(spec, (client, out) -> {
            var queues = all(client, word == null ? "" : word);
            if (json) {
                JsonOut.print(
                        out,
                        queues.stream()
                                .map(queue -> Map.of("queueName", queue.queueName(), "queueId", queue.queueId()))
                                .toList());
            } else {
                queues.forEach(queue -> out.println(queue.queueName()));
            }
        });
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show a queue's attributes and counts, and when its next delayed message is due.")
    int show(
            @Parameters(paramLabel = "QUEUE", description = "its name") String queue,
            @Option(names = "--json", description = "as a JSON object") boolean json) {
        return commands.run(spec, (client, out) -> {
            var description = client.queueAttributes(queue).join();
            if (json) {
                JsonOut.print(out, description.members());
            } else {
                description.members().forEach((name, value) -> out.printf("%-20s %s%n", name, value));
                description
                        .nextDelayed()
                        .ifPresent(due -> out.println("next delayed message " + commands.until(due) + ", at " + due));
            }
        });
    }

    @Command(name = "create", mixinStandardHelpOptions = true, description = "Create a queue and print its id.")
    int create(
            @Parameters(index = "0", paramLabel = "QUEUE", description = "its name") String queue,
            @Parameters(index = "1..*", arity = "0..*", paramLabel = "NAME=VALUE", description = ATTRIBUTES) @Nullable
                    Map<String, String> attributes) {
        return commands.run(
                spec,
                (client, out) -> out.println(
                        client.createQueue(queue, orNone(attributes)).join()));
    }

    @Command(name = "set", mixinStandardHelpOptions = true, description = "Change attributes of a queue.")
    int set(
            @Parameters(index = "0", paramLabel = "QUEUE", description = "its name") String queue,
            @Parameters(index = "1..*", arity = "1..*", paramLabel = "NAME=VALUE", description = ATTRIBUTES)
                    Map<String, String> attributes) {
        return commands.run(
                spec,
                (client, out) -> client.setQueueAttributes(queue, attributes).join());
    }

    @Command(name = "delete", mixinStandardHelpOptions = true, description = "Delete a queue and its messages.")
    int delete(@Parameters(paramLabel = "QUEUE", description = "its name") String queue) {
        return commands.run(spec, (client, out) -> client.deleteQueue(queue).join());
    }

    @Command(name = "clear", mixinStandardHelpOptions = true, description = "Delete a queue's messages.")
    int clear(@Parameters(paramLabel = "QUEUE", description = "its name") String queue) {
        return commands.run(spec, (client, out) -> client.clearQueue(queue).join());
    }

    private static List<QueueEntry> all(CmqClient client, String word) {
        var queues = new ArrayList<QueueEntry>();
        while (true) {
            var page = client.listQueue(word, queues.size(), PAGE).join();
            queues.addAll(page.queues());
            if (page.queues().size() < PAGE) {
                return queues;
            }
        }
    }

    private static Map<String, String> orNone(@Nullable Map<String, String> attributes) {
        return attributes == null ? Map.of() : attributes;
    }
}
