/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import io.quorummq.cluster.ClusterDoor;
import io.quorummq.cluster.ClusterException;
import io.quorummq.cluster.ClusterRequest;
import io.quorummq.cluster.CredentialListing;
import io.quorummq.config.Home;
import io.quorummq.core.ConfigurationException;
import io.quorummq.core.credential.Credential;
import io.quorummq.core.credential.CredentialException;
import io.quorummq.core.credential.CredentialFile;
import io.quorummq.replication.identity.IdentityFiles;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Where the credentials of an instance are changed: in the running cluster, or in its file before its first start. */
interface CredentialKeeper {
    List<Credential> list();

    /** Refuses with {@link CredentialException} an id that exists. */
    void add(Credential added);

    /** Refuses with {@link CredentialException} an id that does not exist. */
    void remove(String secretId);

    /** The file only seeds a cluster: what is changed in it after the first start would have no effect. */
    static CredentialKeeper of(Home home, ClusterDoor door) {
        if (!Files.exists(home.credentials())) {
            throw new ConfigurationException("no home of a node at " + home.directory()
                    + ": name one by --home or QUORUMMQ_HOME, or make one with 'quorummq create'");
        }
        return new IdentityFiles(home.data()).identity().isPresent()
                ? new OfCluster(home, door)
                : new OfFile(CredentialFile.open(home.credentials(), System::nanoTime));
    }

    /** Before the first start. */
    record OfFile(CredentialFile file) implements CredentialKeeper {
        @Override
        public List<Credential> list() {
            return file.list();
        }

        @Override
        public void add(Credential added) {
            file.add(added);
        }

        @Override
        public void remove(String secretId) {
            file.remove(secretId);
        }
    }

    /** From the first start on. */
    record OfCluster(Home home, ClusterDoor door) implements CredentialKeeper {
        private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

        @Override
        public List<Credential> list() {
            return call(ClusterRequest.of(ClusterRequest.CREDENTIAL_LIST), CredentialListing::parse)
                    .credentials();
        }

        @Override
        public void add(Credential added) {
            call(
                    ClusterRequest.of(ClusterRequest.CREDENTIAL_ADD)
                            .with(ClusterRequest.SECRET_ID, added.secretId())
                            .with(ClusterRequest.SECRET_KEY, added.secretKey()),
                    answer -> true);
        }

        @Override
        public void remove(String secretId) {
            call(
                    ClusterRequest.of(ClusterRequest.CREDENTIAL_REMOVE).with(ClusterRequest.SECRET_ID, secretId),
                    answer -> true);
        }

        private <T> T call(ClusterRequest request, Function<byte[], T> reader) {
            try (var session = door.open(home)) {
                return session.client().call(request, ANSWER_MAX, reader);
            } catch (ClusterException e) {
                if (e.isRefusal()) {
                    throw new CredentialException(String.valueOf(e.getMessage()), e);
                }
                throw e;
            }
        }
    }
}
