/* SPDX-License-Identifier: Apache-2.0 */
/** The CMQ actions on queues, one class each. */
@NullMarked
package io.quorummq.rest.action.queue;

import org.jspecify.annotations.NullMarked;
