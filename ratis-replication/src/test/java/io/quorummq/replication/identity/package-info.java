/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.quorummq.replication.identity;

import org.jspecify.annotations.NullMarked;
