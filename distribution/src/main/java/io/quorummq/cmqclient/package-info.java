/* SPDX-License-Identifier: Apache-2.0 */
/** A small asynchronous client of the CMQ HTTP API, for the command line, the demo and the load generator. */
@NullMarked
package io.quorummq.cmqclient;

import org.jspecify.annotations.NullMarked;
