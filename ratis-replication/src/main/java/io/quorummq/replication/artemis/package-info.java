/* SPDX-License-Identifier: Apache-2.0 */
/** What Artemis writes, in the replicated files: journals, large messages, pages. */
@NullMarked
package io.quorummq.replication.artemis;

import org.jspecify.annotations.NullMarked;
