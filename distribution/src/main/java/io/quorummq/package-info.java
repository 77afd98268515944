/* SPDX-License-Identifier: Apache-2.0 */
/** The program: wires core, storage and the HTTP bridge into a running node. */
@NullMarked
package io.quorummq;

import org.jspecify.annotations.NullMarked;
