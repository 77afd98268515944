/* SPDX-License-Identifier: Apache-2.0 */
/** Where the durable files of the engine live. */
@NullMarked
package io.quorummq.replication;

import org.jspecify.annotations.NullMarked;
