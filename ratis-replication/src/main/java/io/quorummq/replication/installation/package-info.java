/* SPDX-License-Identifier: Apache-2.0 */
/** How a replica gets the files of another one: giver, taker, and what the giver keeps for the taker meanwhile. */
@NullMarked
package io.quorummq.replication.installation;

import org.jspecify.annotations.NullMarked;
