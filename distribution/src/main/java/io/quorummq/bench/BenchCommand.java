/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import io.quorummq.cli.LoginOptions;
import io.quorummq.core.credential.CredentialException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: loads one or several brokers and reports rates, latencies and CPU. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Load one or several brokers by CMQ, core or AMQP and report rates, latencies and CPU.",
            "Exit code 1 when a message was lost, came twice or too early, or anything failed."
        })
public final class BenchCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int ROUNDS_MAX = 1000;
    private static final int SEEDS = 1_000_000;
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final RandomGenerator random;

    @Mixin
    private TargetOptions targetOptions;

    @Mixin
    private BenchOptions load = new BenchOptions();

    @Mixin
    private DelayOptions delays = new DelayOptions();

    @Mixin
    private ServerOptions servers = new ServerOptions();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "1", description = "rounds per target (default: 1)")
    private int rounds;

    @Option(
            names = "--idle-polls",
            paramLabel = "N",
            description = "CMQ only, instead of a load: let N receives wait on an empty queue and report the server's"
                    + " memory and threads")
    private @Nullable Integer idlePolls;

    @Option(names = "--json", description = "the report as a JSON object")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set before the command runs
    private CommandSpec spec;

    /** The login is the default one of every target; time and randomness are for signed requests and run ids. */
    public BenchCommand(LoginOptions login, InstantSource clock, RandomGenerator random) {
        this.targetOptions = new TargetOptions(login);
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Integer call() throws Exception {
        try {
            var targets = targetOptions.targets();
            for (var target : targets) {
                var unused = servers.probe(target);
            }
            if (idlePolls != null) {
                return idlePolls(targets, idlePolls);
            }
            var settings = load.settings();
            if (rounds < 1 || rounds > ROUNDS_MAX) {
                throw new IllegalArgumentException("--rounds=" + rounds + ", allowed: 1 to " + ROUNDS_MAX);
            }
            delays.check(targets);
            long seed = delays.seed(random.nextInt(SEEDS));
            for (var target : targets) {
                var unused = delays.delays(target, settings, seed);
            }
            return load(targets, settings, seed);
        } catch (IllegalArgumentException | CredentialException | IOException e) {
            throw new ParameterException(spec.commandLine(), Failures.text(e), e);
        }
    }

    private int load(List<Target> targets, BenchSettings settings, long seed) throws IOException {
        var results = new ArrayList<Result>();
        var turns = new ArrayList<>(targets);
        var failed = false;
        for (int round = 1; round <= rounds && !failed; round++) {
            for (var target : turns) {
                try {
                    results.add(round(target, round, settings, seed));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    failed = told(target, e);
                } catch (Exception e) {
                    failed = told(target, e);
                }
                if (failed) {
                    break;
                }
            }
            // Whatever drifts on the machine then favours none of them.
            Collections.reverse(turns);
        }
        var clean = !failed && results.stream().allMatch(Result::isClean);
        print(results, clean);
        return clean ? 0 : FAILED;
    }

    private Result round(Target target, int number, BenchSettings settings, long seed) throws Exception {
        var measured =
                new Load(settings, delays.delays(target, settings, seed), NanoClock.SYSTEM, clock, random.nextInt());
        var door = target.protocol() == Target.Protocol.CMQ
                ? new CmqDoor(target, measured, clock, random)
                : new JmsDoor(target, measured);
        return new Round(target, number, measured, servers.probe(target), this::progress).run(door);
    }

    private int idlePolls(List<Target> targets, int polls) throws IOException {
        var target = targets.get(0);
        if (targets.size() > 1
                || target.protocol() != Target.Protocol.CMQ
                || target.login().isEmpty()
                || polls < 1) {
            throw new IllegalArgumentException(
                    "--idle-polls=" + polls + ", allowed: 1 and more, for one CMQ endpoint, with a credential");
        }
        try {
            var outcome = new IdlePolls(
                            target,
                            polls,
                            load.queue() + "-idle",
                            servers.probe(target).pids(),
                            SETTLE,
                            NanoClock.SYSTEM)
                    .run(clock, random);
            var out = spec.commandLine().getOut();
            if (json) {
                outcome.printJson(out);
            } else {
                outcome.print(out);
            }
            return outcome.isClean() ? 0 : FAILED;
        } catch (RuntimeException e) {
            told(target, e);
            return FAILED;
        }
    }

    private void print(List<Result> results, boolean clean) throws IOException {
        var out = spec.commandLine().getOut();
        if (json) {
            new JsonReport(out).print(results, clean);
        } else if (!results.isEmpty()) {
            new TextReport(out).print(results);
        }
        for (var result : results) {
            if (!result.isClean()) {
                progress(target(result.target()) + ", round " + result.round() + ": " + unclean(result));
            }
        }
    }

    private static String unclean(Result result) {
        var reasons = new ArrayList<String>();
        if (result.drained() && result.missing() > 0) {
            reasons.add(result.missing() + " of " + result.confirmed() + " confirmed messages never came out");
        }
        if (result.duplicates() > 0) {
            reasons.add(result.duplicates() + " messages came more than once");
        }
        if (result.lateness().early() > 0) {
            reasons.add(result.lateness().early() + " messages came before they were due, one by "
                    + result.lateness().earliestMicros() / 1000 + " ms");
        }
        result.failures().forEach((text, times) -> reasons.add(times + " times: " + text));
        return String.join("; ", reasons);
    }

    private boolean told(Target target, Throwable failure) {
        progress(target(target) + ": " + Failures.text(failure));
        return true;
    }

    private static String target(Target target) {
        return "target " + target.name() + " (" + target.uri() + ")";
    }

    private void progress(String line) {
        var err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }
}
