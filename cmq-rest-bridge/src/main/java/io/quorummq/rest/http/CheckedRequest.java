/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A request whose signature was checked where it came in, with all that its action and its answer need: this is what one
 * node hands to another.
 *
 * @param host the Host header as received
 * @param waited how long it has waited for somebody to lead
 */
record CheckedRequest(
        long id, long clientRequestId, String action, Map<String, String> parameters, String host, Duration waited) {
    private static final byte VERSION = 1;

    /** What proved who sent the request; no other node has a use for it. */
    private static final Set<String> PROOF = Set.of("Signature", "SignatureMethod", "Timestamp", "Nonce");

    CheckedRequest afterWaiting(Duration time) {
        return new CheckedRequest(id, clientRequestId, action, parameters, host, time);
    }

    /** The version, the numbers, then texts: each its length in bytes and its UTF-8; names and values come in turn. */
    byte[] encode() {
        var bytes = new ByteArrayOutputStream(256);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(id);
            out.writeLong(clientRequestId);
            out.writeLong(waited.toMillis());
            write(action, out);
            write(host, out);
            for (var parameter : parameters.entrySet()) {
                if (!PROOF.contains(parameter.getKey())) {
                    write(parameter.getKey(), out);
                    write(parameter.getValue(), out);
                }
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory fails", impossible);
        }
        return bytes.toByteArray();
    }

    private static void write(String text, DataOutputStream out) throws IOException {
        var bytes = text.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** Throws {@link IllegalArgumentException} for what another version of this program has written, or nobody. */
    static CheckedRequest decode(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        try {
            var version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("a request of version " + version + "; this node knows " + VERSION);
            }
            var id = in.getLong();
            var clientRequestId = in.getLong();
            var waited = Duration.ofMillis(in.getLong());
            var action = text(in);
            var host = text(in);
            var parameters = new HashMap<String, String>();
            while (in.hasRemaining()) {
                parameters.put(text(in), text(in));
            }
            return new CheckedRequest(id, clientRequestId, action, parameters, host, waited);
        } catch (BufferUnderflowException tooShort) {
            throw new IllegalArgumentException("a request that ends early, after " + bytes.length + " bytes", tooShort);
        }
    }

    private static String text(ByteBuffer in) {
        var length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        var bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, UTF_8);
    }
}
