/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import io.quorummq.cmqclient.CmqServerDouble;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** One queue behind CMQ answers: first in, first out; a received message is gone. */
final class CmqQueueDouble {
    private static final String OK = "{\"code\":0,\"message\":\"\",\"requestId\":\"17\"";
    private static final String NO_MESSAGE = "{\"code\":7000,\"message\":\"(10200)no message\",\"requestId\":\"17\"}";

    private final Deque<String> bodies = new ArrayDeque<>();
    private final AtomicBoolean losesNext = new AtomicBoolean();
    private final AtomicBoolean refuses = new AtomicBoolean();

    CmqServerDouble server() {
        return new CmqServerDouble(this::answer);
    }

    void losesTheNextMessage() {
        losesNext.set(true);
    }

    void refusesSends() {
        refuses.set(true);
    }

    private synchronized String answer(Map<String, String> call) {
        return switch (call.getOrDefault("Action", "")) {
            case "SendMessage" -> send(List.of(call.getOrDefault("msgBody", "")), ",\"msgId\":\"1\"}");
            case "BatchSendMessage" -> send(numbered(call, "msgBody"), ",\"msgList\":[{\"msgId\":\"1\"}]}");
            case "ReceiveMessage" -> bodies.isEmpty() ? NO_MESSAGE : OK + "," + message(bodies.remove()) + "}";
            case "BatchReceiveMessage" -> batch(Integer.parseInt(call.getOrDefault("numOfMsg", "1")));
            default -> OK + "}";
        };
    }

    private String send(List<String> more, String rest) {
        if (refuses.get()) {
            return "{\"code\":4410,\"message\":\"(10240)reach maximum retention number of message\",\"requestId\":\"17\"}";
        }
        if (!losesNext.getAndSet(false)) {
            bodies.addAll(more);
        }
        return OK + rest;
    }

    private String batch(int max) {
        var messages = new ArrayList<String>();
        while (messages.size() < max && !bodies.isEmpty()) {
            messages.add("{" + message(bodies.remove()) + "}");
        }
        return messages.isEmpty() ? NO_MESSAGE : OK + ",\"msgInfoList\":[" + String.join(",", messages) + "]}";
    }

    private static List<String> numbered(Map<String, String> call, String name) {
        var values = new ArrayList<String>();
        for (int n = 1; call.containsKey(name + "." + n); n++) {
            values.add(call.getOrDefault(name + "." + n, ""));
        }
        return values;
    }

    private static String message(String body) {
        return "\"msgBody\":\"" + body + "\",\"msgId\":\"1\",\"receiptHandle\":\"2\"";
    }
}
