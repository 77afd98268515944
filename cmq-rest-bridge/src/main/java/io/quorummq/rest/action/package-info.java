/* SPDX-License-Identifier: Apache-2.0 */
/** What every CMQ action is made of: its parameters, its caller, its reply, and the one list of them all. */
@NullMarked
package io.quorummq.rest.action;

import org.jspecify.annotations.NullMarked;
