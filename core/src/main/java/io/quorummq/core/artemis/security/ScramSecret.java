/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import io.quorummq.core.credential.Credential;
import java.util.Set;
import org.apache.activemq.artemis.spi.core.security.scram.UserData;

/** The server's half of one user's SCRAM exchange. */
sealed interface ScramSecret {
    /** Salt, iterations and keys that the exchange is calculated with. */
    UserData data();

    /** What a successful exchange proves. */
    Set<ScramProof> proofs();

    /** The half that fits the credential's key. */
    record OfCredential(Credential credential, UserData data) implements ScramSecret {
        @Override
        public Set<ScramProof> proofs() {
            return Set.of(new ScramProof(credential));
        }
    }

    /** A half that fits no key. */
    record OfNobody(UserData data) implements ScramSecret {
        @Override
        public Set<ScramProof> proofs() {
            return Set.of();
        }
    }
}
