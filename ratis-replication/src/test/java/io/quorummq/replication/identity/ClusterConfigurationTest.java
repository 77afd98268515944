/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorummq.core.ConfigurationException;
import io.quorummq.replication.peer.NodeAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusterConfigurationTest {
    private static final String ID = "00000000-0000-0007-0000-000000000007";

    @TempDir
    private Path directory;

    @Test
    void whatIsWrittenIsReadInItsOrder() throws Exception {
        var nodes = new LinkedHashMap<String, NodeAddress>();
        nodes.put("n2", new NodeAddress("::1", 7401));
        nodes.put("n1", new NodeAddress("one.example", 7400));
        var written = new ClusterConfiguration(UUID.fromString(ID), "n1", nodes);
        var file = directory.resolve("cluster.properties");

        written.write(file);

        assertThat(ClusterConfiguration.read(file)).isEqualTo(written);
        assertThat(ClusterConfiguration.read(file).nodes().keySet()).containsExactly("n2", "n1");
        assertThat(written.others()).containsOnlyKeys("n2");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".new"));
    }

    @Test
    void nodesComeAndGo() {
        var one = new ClusterConfiguration(UUID.fromString(ID), "n1", Map.of("n1", new NodeAddress("a", 1)));

        assertThat(one.with("n2", new NodeAddress("b", 1)).of("n2").own()).hasToString("b:1");
        assertThat(one.with("n2", new NodeAddress("b", 1)).without("n2")).isEqualTo(one);
    }

    /** Each refusal names the file, the key, the value and what is allowed. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            version=2,cluster.id=ID,node.id=n1,node.n1=a:1                | written by a newer version of QuorumMQ: its format is 2
            cluster.id=ID,node.id=n1,node.n1=a:1                          | version is missing
            version=0,cluster.id=ID,node.id=n1,node.n1=a:1                | version=0; allowed: a number from 1
            version=1,cluster.id=seven,node.id=n1,node.n1=a:1             | cluster.id=seven; allowed: a uuid
            version=1,cluster.id=ID,node.id=N1,node.n1=a:1                | node.id=N1; allowed: 1 to 32 of lower-case
            version=1,cluster.id=ID,node.id=n2,node.n1=a:1                | node.id=n2, but there is no node.n2; allowed: one of n1
            version=1,cluster.id=ID,node.id=n1,node.n1=a:70000            | node.n1=a:70000; allowed: HOST:PORT
            version=1,cluster.id=ID,node.id=n1,node.n1=a:1,node.n2=a:1    | node.n1 and node.n2 are both a:1
            version=1,cluster.id=ID,node.id=n1,node.n1=a:1,node.n1=b:1    | node.n1 stands there twice
            version=1,cluster.id=ID,node.id=n1,node.n1=a:1,node.N_2=b:1   | node.N_2 names no node
            version=1,cluster.id=ID,node.id=n1,node.n1=a:1,colour=red     | unknown key colour
            version=1,cluster.id=ID,node.id=n1,node.n1                    | is not of the form key=value
            """)
    void aBadFileIsRefused(String lines, String refusal) throws Exception {
        var file = directory.resolve("cluster.properties");
        Files.writeString(file, lines.replace("ID", ID).replace(",", "\n"));

        assertThatThrownBy(() -> ClusterConfiguration.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(refusal);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> ClusterConfiguration.read(directory.resolve("cluster.properties")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("cluster.properties is missing");
    }

    /** What says who the data are is refused as strictly. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            version=2,cluster.id=ID,node.id=n1,node.uuid=ID,state=new                | newer version
            version=1,cluster.id=ID,node.id=n1,node.uuid=ID,state=asleep             | state=asleep; allowed: new, joining, member
            version=1,cluster.id=ID,node.id=n1,state=new                             | node.uuid is missing
            version=1,cluster.id=ID,node.id=n1,node.uuid=ID,state=new,member.n2=ID   | member.n1=null; allowed: the same as node.uuid
            """)
    void aBadIdentityIsRefused(String lines, String refusal) throws Exception {
        var file = directory.resolve("member.properties");
        Files.writeString(file, lines.replace("ID", ID).replace(",", "\n"));

        assertThatThrownBy(() -> new IdentityFiles(directory).identity())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(refusal);
    }

    @Test
    void aTokenThatDoesNotNameItsNodeIsRefused() throws Exception {
        Files.writeString(
                directory.resolve("bootstrap.properties"),
                "version=1\ncluster.id=" + ID + "\nnode.id=n1\nmember.n2=" + ID + "\n");

        assertThatThrownBy(() -> new IdentityFiles(directory).token())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("there is no member.n1");
    }
}
