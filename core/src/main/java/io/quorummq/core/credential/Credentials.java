/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import java.util.Optional;

/**
 * The credentials that are valid now.
 *
 * <p>Any login name may exist; only names that begin with {@code AKID} can also sign HTTP requests. Look-ups are cheap
 * enough for every request, may come from any thread, and see an added or removed credential at once.
 */
@FunctionalInterface
public interface Credentials {
    /** The credential of exactly this id, compared with regard to case. */
    Optional<Credential> find(String secretId);
}
