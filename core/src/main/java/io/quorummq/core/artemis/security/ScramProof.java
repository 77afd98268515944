/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import io.quorummq.core.credential.Credential;

/** On a connection's subject: its client proved by SCRAM that it knows this credential's key. */
record ScramProof(Credential credential) {}
