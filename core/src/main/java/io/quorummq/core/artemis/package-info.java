/* SPDX-License-Identifier: Apache-2.0 */
/** The Apache Artemis engine: embedded, extended at its own seams, and hidden behind the port of the CMQ rules. */
@NullMarked
package io.quorummq.core.artemis;

import org.jspecify.annotations.NullMarked;
