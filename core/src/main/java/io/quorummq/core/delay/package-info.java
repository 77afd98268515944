/* SPDX-License-Identifier: Apache-2.0 */
/** Where and until when delayed messages wait: the wheel of buckets, and what lies in each. Knows no broker and no clock. */
@NullMarked
package io.quorummq.core.delay;

import org.jspecify.annotations.NullMarked;
