/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.peer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;

/** A call between nodes as it is on the wire: one unary method, bytes both ways, cluster and service in the headers. */
final class PeerProtocol {
    /** The largest request and the largest answer: 16 bodies of 1 MB in one answer, each byte escaped in JSON, come near it. */
    static final int MESSAGE_BYTES_MAX = 112 << 20;

    static final String SERVICE = "io.quorummq.Peer";

    static final Metadata.Key<String> CLUSTER = Metadata.Key.of("quorummq-cluster", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> CALLED = Metadata.Key.of("quorummq-service", Metadata.ASCII_STRING_MARSHALLER);

    static final MethodDescriptor<byte[], byte[]> CALL = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "call"))
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();

    /** The reason of a refusal; a status alone could also be gRPC's own, after the service did something. */
    private static final Metadata.Key<byte[]> REFUSAL =
            Metadata.Key.of("quorummq-refusal-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /** Headers of more than 8 KB are refused by the other side. */
    private static final int REASON_CHARACTERS_MAX = 1_000;

    private PeerProtocol() {}

    static String shortened(String reason) {
        return reason.length() <= REASON_CHARACTERS_MAX ? reason : reason.substring(0, REASON_CHARACTERS_MAX);
    }

    static Metadata refusal(String reason) {
        var trailers = new Metadata();
        trailers.put(REFUSAL, shortened(reason).getBytes(StandardCharsets.UTF_8));
        return trailers;
    }

    static boolean isRefusal(Metadata trailers) {
        return trailers.containsKey(REFUSAL);
    }

    static String reason(Metadata trailers) {
        var reason = trailers.get(REFUSAL);
        return reason == null ? "" : new String(reason, StandardCharsets.UTF_8);
    }

    /** The message is the array; Ratis' own server would take messages of 64 MB, so the limit is kept here. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                var bytes = stream.readNBytes(MESSAGE_BYTES_MAX + 1);
                if (bytes.length > MESSAGE_BYTES_MAX) {
                    throw new StatusRuntimeException(Status.RESOURCE_EXHAUSTED.withDescription(
                            "the message has more than " + MESSAGE_BYTES_MAX + " bytes"));
                }
                return bytes;
            } catch (IOException e) {
                throw new StatusRuntimeException(Status.INTERNAL.withCause(e));
            }
        }
    }
}
