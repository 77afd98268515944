/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.activemq.artemis.core.io.IOCallback;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.apache.activemq.artemis.core.persistence.OperationContext;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.persistence.impl.journal.OperationContextImpl;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.jspecify.annotations.Nullable;

/**
 * Everything stored by this thread between construction and {@link #close()} belongs together: {@link #whenDurable} runs
 * once all of it is on disk. Restores the thread's earlier context, because broker threads are shared.
 */
final class Operation implements AutoCloseable {
    private final StorageManager storage;
    private final @Nullable OperationContext earlier = OperationContextImpl.getContext();
    private final OperationContext context;

    Operation(ActiveMQServer server) {
        storage = server.getStorageManager();
        // not on the thread that completes the write, which the next write waits for
        context = server.newOperationContext();
        storage.setContext(context);
    }

    IOCompletion completion() {
        return context;
    }

    /** Calls one of the two, once, when the fate of everything stored so far is known. */
    void whenDurable(Runnable done, Consumer<Throwable> failed) {
        storage.afterCompleteOperations(new IOCallback() {
            @Override
            public void done() {
                done.run();
            }

            @Override
            public void onError(int code, String message) {
                failed.accept(new StorageFailure(code, message));
            }
        });
    }

    /** As {@link #whenDurable(Runnable, Consumer)}, as a future of the result. */
    <T> CompletableFuture<T> whenDurable(T result) {
        var future = new CompletableFuture<T>();
        whenDurable(() -> future.complete(result), future::completeExceptionally);
        return future;
    }

    @Override
    public void close() {
        if (earlier == null) {
            storage.clearContext();
        } else {
            storage.setContext(earlier);
        }
    }

    /** A write whose outcome is unknown, or that failed. */
    static final class StorageFailure extends RuntimeException {
        StorageFailure(int code, String message) {
            super("storage failed with code " + code + ": " + message);
        }
    }
}
