/* SPDX-License-Identifier: Apache-2.0 */
/** The whole product shown in one run, each step checked. */
@NullMarked
package io.quorummq.demo;

import org.jspecify.annotations.NullMarked;
