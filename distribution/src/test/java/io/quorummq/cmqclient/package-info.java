/* SPDX-License-Identifier: Apache-2.0 */
/** What the CMQ client promises, against a server double that checks every signature. */
@NullMarked
package io.quorummq.cmqclient;

import org.jspecify.annotations.NullMarked;
