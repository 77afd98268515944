/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.quorummq.replication.peer;

import org.jspecify.annotations.NullMarked;
