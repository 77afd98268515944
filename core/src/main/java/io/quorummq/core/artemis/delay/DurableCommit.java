/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.activemq.artemis.api.core.ActiveMQIOErrorException;
import org.apache.activemq.artemis.core.io.IOCallback;
import org.apache.activemq.artemis.core.persistence.OperationContext;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.jspecify.annotations.Nullable;

/** Lets this thread wait until all that it stores between construction and {@link #close()} is durable. */
final class DurableCommit implements AutoCloseable {
    private final ActiveMQServer server;
    private final CompletableFuture<Boolean> durable = new CompletableFuture<>();

    DurableCommit(ActiveMQServer server) {
        this.server = server;
        OperationContext context = server.newOperationContext();
        server.getStorageManager().setContext(context);
    }

    @Override
    public void close() {
        server.getStorageManager().afterCompleteOperations(new IOCallback() {
            @Override
            public void done() {
                durable.complete(true);
            }

            @Override
            public void onError(int code, String message) {
                durable.completeExceptionally(new ActiveMQIOErrorException(message));
            }
        });
        server.getStorageManager().clearContext();
    }

    /** Returns when it is; however long that takes, because what was handed over may become durable at any time. */
    void await() {
        try {
            durable.join();
        } catch (CompletionException e) {
            throw new StoreEnded(e);
        }
    }

    /** Has nobody wait any longer; whether it is durable is unknown. */
    void giveUp() {
        durable.completeExceptionally(new IllegalStateException("the broker is being closed"));
    }

    /** Nothing more can be stored by this engine; what was handed over last may be durable or not. */
    static final class StoreEnded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoreEnded(@Nullable Throwable cause) {
            super("the store has failed or was closed", cause);
        }
    }
}
