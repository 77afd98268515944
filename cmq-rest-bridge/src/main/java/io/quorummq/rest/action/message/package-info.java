/* SPDX-License-Identifier: Apache-2.0 */
/** The CMQ actions on messages, one class each. */
@NullMarked
package io.quorummq.rest.action.message;

import org.jspecify.annotations.NullMarked;
