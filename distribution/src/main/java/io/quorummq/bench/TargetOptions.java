/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import io.quorummq.cli.LoginOptions;
import io.quorummq.core.credential.Credential;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say against which brokers, by which protocol and login a run goes. */
final class TargetOptions {
    @Option(
            names = "--target",
            paramLabel = "NAME=URI",
            description = {
                "broker to measure, repeatable: all are measured in one run, turn by turn, and compared with the first.",
                "http://... is CMQ, tcp://... core, amqp://... AMQP; a login may stand in it: amqp://USER:PASSWORD@HOST"
            })
    private List<String> targets = new ArrayList<>();

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            description = "cmq, core or amqp, when there is no --target (default: that of --endpoint, else cmq)")
    private @Nullable String protocol;

    @Option(
            names = {"--endpoint", "--uri"},
            paramLabel = "URI",
            description = "address of the broker, when there is no --target (default: the protocol's on 127.0.0.1)")
    private @Nullable String endpoint;

    @Option(names = "--user", paramLabel = "ID", description = "login; needs --password")
    private @Nullable String user;

    @Option(names = "--password", paramLabel = "KEY", description = "key of the login; needs --user")
    private @Nullable String password;

    @Mixin
    private LoginOptions login;

    TargetOptions(LoginOptions login) {
        this.login = login;
    }

    /** Refuses with IllegalArgumentException or CredentialException what cannot be reached. */
    List<Target> targets() {
        var chosen = chosen();
        for (var target : chosen) {
            if (target.protocol() == Target.Protocol.CMQ && target.login().isEmpty()) {
                throw new IllegalArgumentException("target " + target.name() + " speaks CMQ, whose requests are signed:"
                        + " give --user and --password, --home, or QUORUMMQ_SECRET_ID and QUORUMMQ_SECRET_KEY");
            }
        }
        return chosen;
    }

    private List<Target> chosen() {
        var credential = credential();
        if (targets.isEmpty()) {
            return List.of(single(credential));
        }
        if (protocol != null || endpoint != null) {
            throw new IllegalArgumentException("--target excludes --protocol and --endpoint");
        }
        var parsed =
                targets.stream().map(text -> Target.parse(text, credential)).toList();
        if (parsed.stream().map(Target::name).distinct().count() < parsed.size()) {
            throw new IllegalArgumentException("--target: each needs a name of its own");
        }
        return parsed;
    }

    private Target single(Optional<Credential> credential) {
        var named = Optional.ofNullable(protocol).map(TargetOptions::protocol);
        if (endpoint != null) {
            return Target.of("server", endpoint, named, credential);
        }
        var chosen = named.orElse(Target.Protocol.CMQ);
        return Target.of("server", chosen.defaultUri(), Optional.of(chosen), credential);
    }

    private static Target.Protocol protocol(String name) {
        try {
            return Target.Protocol.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--protocol=" + name + ", allowed: cmq, core, amqp", e);
        }
    }

    private Optional<Credential> credential() {
        if (user != null && password != null) {
            return Optional.of(new Credential(user, password));
        }
        if (user != null || password != null) {
            throw new IllegalArgumentException("--user and --password are needed together");
        }
        return login.find();
    }
}
