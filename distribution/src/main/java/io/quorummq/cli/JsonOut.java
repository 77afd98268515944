/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.quorummq.cluster.Json;
import java.io.IOException;
import java.io.PrintWriter;

/** Prints one JSON value and a line end. */
final class JsonOut {
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private JsonOut() {}

    static void print(PrintWriter out, Object value) throws IOException {
        try (var json = JSON.createGenerator(out)) {
            Json.write(json, value);
        }
        out.println();
    }
}
