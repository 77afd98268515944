/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.replication.peer.PeerRefusal;
import io.quorummq.replication.peer.PeerService;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Tells by which uuid this node takes part: it has that uuid on its disk. */
final class IdentityService implements PeerService {
    static final String NAME = "identity";

    private final Supplier<Optional<UUID>> member;

    IdentityService(Supplier<Optional<UUID>> member) {
        this.member = member;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletableFuture<byte[]> call(byte[] request) {
        return member.get()
                .map(uuid -> CompletableFuture.completedFuture(uuid.toString().getBytes(UTF_8)))
                .orElseGet(() -> CompletableFuture.failedFuture(
                        new PeerRefusal("this node has no identity yet: start it, or wait a moment")));
    }
}
