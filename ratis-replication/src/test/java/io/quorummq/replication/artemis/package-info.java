/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.quorummq.replication.artemis;

import org.jspecify.annotations.NullMarked;
