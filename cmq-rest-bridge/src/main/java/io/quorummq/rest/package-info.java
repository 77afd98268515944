/* SPDX-License-Identifier: Apache-2.0 */
/** The CMQ HTTP API. */
@NullMarked
package io.quorummq.rest;

import org.jspecify.annotations.NullMarked;
