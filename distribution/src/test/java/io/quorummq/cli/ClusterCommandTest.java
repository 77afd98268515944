/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.cluster.Admitted;
import io.quorummq.cluster.ClusterDouble;
import io.quorummq.cluster.ClusterRequest;
import io.quorummq.cluster.ClusterStatus;
import io.quorummq.cluster.ClusterStatus.ReplicaStatus;
import io.quorummq.cluster.ClusterStatus.ShardStatus;
import io.quorummq.cluster.CredentialListing;
import io.quorummq.cluster.VerifyReport;
import io.quorummq.cluster.VerifyReport.ReplicaReport;
import io.quorummq.cluster.VerifyReport.ShardReport;
import io.quorummq.config.Home;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialFile;
import io.quorummq.replication.identity.ClusterConfiguration;
import io.quorummq.replication.identity.IdentityFiles;
import io.quorummq.replication.identity.MemberIdentity;
import io.quorummq.replication.peer.NodeAddress;
import io.quorummq.replication.peer.PeerRefusal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClusterCommandTest {
    private static final NodeAddress N1 = new NodeAddress("127.0.0.1", 7400);
    private static final UUID NEW = new UUID(2, 2);
    private static final byte[] DONE = "{}".getBytes(UTF_8);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ClusterDouble nodes = new ClusterDouble();
    private final AtomicLong nanos = new AtomicLong();

    @TempDir
    private Path directory = Path.of("");

    private Home home = Home.at(directory);

    @BeforeEach
    void makeHome() throws IOException {
        System.setProperty(
                "quorummq.app", Path.of("..").toAbsolutePath().normalize().toString());
        home = Home.at(directory.resolve("n1"));
        Files.createDirectories(home.etc());
        Files.createDirectories(home.data());
        var addresses = new LinkedHashMap<String, NodeAddress>();
        addresses.put("n1", N1);
        addresses.put("n2", new NodeAddress("127.0.0.1", 7401));
        new ClusterConfiguration(new UUID(1, 1), "n1", addresses).write(home.cluster());
        CredentialFile.create(home.credentials(), new Credential("AKIDseed", "seed"), System::nanoTime);
        Files.writeString(home.brokerXml(), "${quorummq.cmq.port:8080}");
        Files.writeString(home.logConfiguration(), "log");
    }

    @AfterEach
    void forgetInstallation() {
        System.clearProperty("quorummq.app");
    }

    @Test
    void statusIsATableForPeople() {
        nodes.at(N1, request -> status(replica("n1", "leader", 0), replica("n2", "follower", 1234)));

        assertThat(run("cluster", "status")).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "cluster c",
                        "shard 0: leader n1, term 7",
                        "  NODE  ADDRESS  ROLE      APPLIED  FSYNCED  LAG ENTRIES  LAG BYTES  CLOCK   STATE",
                        "  n1    h:1      leader    5        6        0            ?          +0.0 s  ok",
                        "  n2    h:1      follower  5        6        1,234        ?          +0.0 s  ok",
                        "warning: look");
    }

    @Test
    void statusAsJsonIsWhatTheClusterAnswered() {
        nodes.at(N1, request -> status(replica("n1", "leader", 0)));

        run("cluster", "status", "--json");

        assertThat(ClusterStatus.parse(out.toString().getBytes(UTF_8)).cluster())
                .isEqualTo("c");
    }

    @Test
    void nobodyThereIsOneLineAndExitCodeOne() {
        assertThat(run("cluster", "status")).isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("quorummq: no node of the cluster answers: n1 (127.0.0.1:7400)");
    }

    @Test
    void aWrongHomeIsExitCodeTwo() {
        assertThat(run(new String[] {"cluster", "status"}, directory.resolve("none")))
                .isEqualTo(2);
    }

    @Test
    void aNodeIsAddedWithItsInstance() {
        nodes.at(
                N1,
                request -> new Admitted("n3", NEW, NodeAddress.of(request.argument(ClusterRequest.ADDRESS))).bytes());
        var bundle = directory.resolve("n3");

        int code = run("cluster", "add", "n3=127.0.0.1:7402", "--directory", bundle.toString(), "--port-offset", "2");

        assertThat(code).as(err.toString()).isZero();
        assertThat(nodes.requests())
                .singleElement()
                .isEqualTo(new ClusterRequest("add", Map.of("node", "n3", "address", "127.0.0.1:7402")));
        assertThat(ClusterConfiguration.read(Home.at(bundle).cluster()).self()).isEqualTo("n3");
        assertThat(Home.at(bundle).brokerXml()).hasContent("${quorummq.cmq.port:8082}");
        assertThat(ClusterConfiguration.read(home.cluster()).nodes()).containsKey("n3");
        assertThat(out.toString()).contains("Admitted n3 as member " + NEW, bundle + "/bin/quorummq run");
    }

    @Test
    void aNodeThatIsThereIsNotAdded() {
        assertThat(run("cluster", "add", "n2=127.0.0.1:7409")).isEqualTo(2);
        assertThat(err.toString()).contains("there is a node n2 already", "quorummq cluster replace n2");
        assertThat(nodes.requests()).isEmpty();
    }

    @Test
    void aRefusalLeavesTheFileAsItWas() {
        nodes.at(N1, request -> {
            throw new PeerRefusal("another change of members is under way");
        });

        assertThat(run("cluster", "add", "n3=127.0.0.1:7402")).isEqualTo(1);

        assertThat(err.toString()).isEqualTo("quorummq: another change of members is under way\n");
        assertThat(ClusterConfiguration.read(home.cluster()).nodes()).doesNotContainKey("n3");
    }

    @Test
    void replaceWaitsUntilTheNewMemberHasCaughtUp() {
        var answers = new ArrayDeque<>(List.of(
                status(replica("n1", "leader", 0), replica("n2", "follower", 0)),
                status(joined("joining", -1, "fetches a snapshot")),
                status(joined("follower", 5000, "catches up")),
                status(joined("follower", 1, "ok"))));
        nodes.at(N1, request -> answer(request, answers));

        int code = run("cluster", "replace", "n2");

        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString().lines())
                .containsSubsequence(
                        "Admitted n2 as member " + NEW,
                        "n2: waits to be started",
                        "n2: fetches a snapshot",
                        "n2: catches up, 5,000 entries behind",
                        "n2 has caught up");
        assertThat(nodes.requests().get(0))
                .isEqualTo(new ClusterRequest("replace", Map.of("node", "n2", "address", "127.0.0.1:7401")));
    }

    @Test
    void replaceGivesUpWaitingWhenItsTimeIsOver() {
        var answers = new ArrayDeque<>(List.of(status(replica("n1", "leader", 0))));
        nodes.at(N1, request -> answer(request, answers));

        assertThat(run("cluster", "replace", "n2", "--node", "127.0.0.1:7501", "--timeout", "3"))
                .isEqualTo(1);

        assertThat(err.toString()).contains("n2 has not caught up in 3 s; it goes on");
        assertThat(ClusterConfiguration.read(home.cluster()).address("n2").port())
                .isEqualTo(7501);
    }

    @Test
    void anUnknownNodeIsNotReplaced() {
        assertThat(run("cluster", "replace", "n9")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no node n9; allowed: one of n1, n2");
    }

    @Test
    void removeAndTransferNameTheirNode() {
        nodes.at(N1, request -> DONE);

        assertThat(run("cluster", "transfer", "n2")).isZero();
        assertThat(run("cluster", "remove", "n2")).isZero();

        assertThat(nodes.requests())
                .containsExactly(
                        new ClusterRequest("transfer", Map.of("node", "n2")),
                        new ClusterRequest("remove", Map.of("node", "n2")));
        assertThat(ClusterConfiguration.read(home.cluster()).nodes()).containsOnlyKeys("n1");
    }

    @Test
    void verifyIsZeroOnlyIfAllAgree() {
        nodes.at(N1, request -> report(true).bytes());
        assertThat(run("cluster", "verify")).isZero();
        assertThat(out.toString()).contains("shard 0 at index 9", "all replicas agree");

        nodes.at(N1, request -> report(false).bytes());
        assertThat(run("cluster", "verify")).isEqualTo(1);
        assertThat(out.toString()).contains("damage on n1: journal-1 at 4096", "the replicas do not agree");
    }

    @Test
    void credentialsAreInTheFileBeforeTheFirstStart() {
        assertThat(run("credential", "add", "jms")).isZero();
        assertThat(run("credential", "list")).isZero();

        assertThat(out.toString()).endsWith("AKIDseed\njms\n");
        assertThat(nodes.requests()).isEmpty();
    }

    @Test
    void credentialsAreInTheClusterFromTheFirstStartOn() {
        new IdentityFiles(home.data())
                .write(new MemberIdentity(new UUID(1, 1), "n1", NEW, MemberIdentity.State.MEMBER, Map.of()));
        nodes.at(N1, request -> switch (request.command()) {
            case ClusterRequest.CREDENTIAL_LIST ->
                new CredentialListing(List.of(new Credential("AKIDcluster", "k"))).bytes();
            case ClusterRequest.CREDENTIAL_ADD -> throw new PeerRefusal("credential jms exists already");
            default -> DONE;
        });

        assertThat(run("credential", "list", "--keys")).isZero();
        assertThat(run("credential", "remove", "old")).isZero();
        assertThat(out).hasToString("AKIDcluster k\nRemoved old\n");
        assertThat(run("credential", "add", "jms")).isEqualTo(2);
        assertThat(err).hasToString("quorummq: credential jms exists already\n");
        assertThat(nodes.requests().get(2).argument(ClusterRequest.SECRET_KEY)).hasSize(32);
    }

    private static byte[] answer(ClusterRequest request, Deque<byte[]> statuses) {
        if (request.command().equals(ClusterRequest.REPLACE)) {
            return new Admitted("n2", NEW, NodeAddress.of(request.argument(ClusterRequest.ADDRESS))).bytes();
        }
        return statuses.size() > 1 ? statuses.removeFirst() : statuses.getFirst();
    }

    private static VerifyReport report(boolean isAgreed) {
        var damage = isAgreed ? List.<String>of() : List.of("journal-1 at 4096");
        return new VerifyReport(
                isAgreed, List.of(new ShardReport("0", 9, List.of(new ReplicaReport("n1", "abc", "ok", damage)))));
    }

    private static byte[] status(ReplicaStatus... replicas) {
        return new ClusterStatus("c", List.of(new ShardStatus("0", "n1", 7, List.of(replicas))), List.of("look"))
                .bytes();
    }

    private static ReplicaStatus replica(String id, String role, long lag) {
        return new ReplicaStatus(id, "u", "h:1", role, 5, 6, lag, ClusterStatus.UNKNOWN, 0.04, "ok");
    }

    private static ReplicaStatus joined(String role, long lag, String state) {
        return new ReplicaStatus("n2", NEW.toString(), "h:1", role, 5, 6, lag, ClusterStatus.UNKNOWN, null, state);
    }

    private int run(String... arguments) {
        return run(arguments, home.directory());
    }

    private int run(String[] arguments, Path at) {
        var line = QuorumMq.commandLine(
                        new ClusterCommand(
                                nodes,
                                InstantSource.system(),
                                new SecureRandom(),
                                time -> nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(time.toMillis())),
                                nanos::get),
                        new CredentialCommand(nodes, new SecureRandom()))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        var rest = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, rest, 0, arguments.length);
        rest[arguments.length] = "--home";
        rest[arguments.length + 1] = at.toString();
        return line.execute(rest);
    }
}
