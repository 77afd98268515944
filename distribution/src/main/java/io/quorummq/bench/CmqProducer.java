/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import io.quorummq.cmqclient.CmqClient;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sends as fast as confirmations allow, without a thread: each confirmed call begins the next one, as many side by side
 * as the window is wide.
 */
final class CmqProducer implements Worker {
    private final CmqClient client;
    private final Load load;
    private final int index;
    private final AtomicLong nextNumber = new AtomicLong();
    private final AtomicInteger lanes;

    CmqProducer(CmqClient client, Load load, int index) {
        this.client = client;
        this.load = load;
        this.index = index;
        this.lanes = new AtomicInteger(load.settings().outstanding());
    }

    @Override
    public void start() {
        for (int lane = load.settings().outstanding(); lane > 0; lane--) {
            sendNext();
        }
    }

    private void sendNext() {
        long now = load.clock().now();
        int messages = load.grant(load.settings().batch(), now);
        if (messages == 0) {
            lanes.decrementAndGet();
            return;
        }
        var send = new CmqSend(index, nextNumber.getAndAdd(messages), messages, now);
        var unused = send.by(client, load).whenComplete((done, failure) -> sent(failure));
    }

    private void sent(@Nullable Throwable failure) {
        if (failure == null) {
            sendNext();
        } else {
            load.meter().failed("producer: " + Failures.text(failure));
            lanes.decrementAndGet();
        }
    }

    @Override
    public boolean ended() {
        return lanes.get() == 0;
    }

    @Override
    public void close() {
        // The client is the door's.
    }
}
