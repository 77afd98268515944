/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.nio.ByteBuffer;

/** The question of a leader about another member's clock, by which it also tells the time; and the answer. */
final class ClockCall {
    private static final int QUESTION_BYTES = 2 * Long.BYTES + 1;
    private static final int ANSWER_BYTES = 2 * Long.BYTES + 1;

    private ClockCall() {}

    static String service(String shard) {
        return "clock-" + shard;
    }

    /**
     * What a leader asks.
     *
     * @param tells whether the cluster's time is settled, and is what this says; if not it is only asked for
     */
    record Question(long term, boolean tells, long clusterMillis) {
        byte[] encode() {
            return ClockCall.encode(tells, term, clusterMillis);
        }

        static Question decode(byte[] bytes) {
            var in = checked(bytes, QUESTION_BYTES);
            return new Question(in.getLong(1), in.get(0) != 0, in.getLong(1 + Long.BYTES));
        }
    }

    static byte[] encode(NodeTime answer) {
        return encode(answer.running(), answer.clusterMillis(), answer.wallMillis());
    }

    static NodeTime decode(byte[] bytes) {
        var in = checked(bytes, ANSWER_BYTES);
        return new NodeTime(in.get(0) != 0, in.getLong(1), in.getLong(1 + Long.BYTES));
    }

    private static byte[] encode(boolean truth, long first, long second) {
        return ByteBuffer.allocate(1 + 2 * Long.BYTES)
                .put((byte) (truth ? 1 : 0))
                .putLong(first)
                .putLong(second)
                .array();
    }

    /** Longer ones come from nodes that say more. */
    private static ByteBuffer checked(byte[] bytes, int bytesMin) {
        if (bytes.length < bytesMin) {
            throw new IllegalArgumentException(bytes.length + " bytes about a clock; expected: at least " + bytesMin);
        }
        return ByteBuffer.wrap(bytes);
    }
}
