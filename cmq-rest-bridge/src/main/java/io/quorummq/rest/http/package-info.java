/* SPDX-License-Identifier: Apache-2.0 */
/** The HTTP server: connections, parsing, signatures, and the JSON of the answers. */
@NullMarked
package io.quorummq.rest.http;

import org.jspecify.annotations.NullMarked;
