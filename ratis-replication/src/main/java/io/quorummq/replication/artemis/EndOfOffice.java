/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.artemis;

import io.quorummq.replication.consensus.LeaderFiles;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of an engine that can not read or write its files: its office ends, and another node takes over. Once the office has
 * ended, such failures are what is to be expected, and whoever holds the office stops the engine.
 */
final class EndOfOffice implements IOCriticalErrorListener {
    private static final Logger LOG = LoggerFactory.getLogger(EndOfOffice.class);

    private final LeaderFiles files;

    EndOfOffice(LeaderFiles files) {
        this.files = files;
    }

    LeaderFiles files() {
        return files;
    }

    @Override
    public boolean isPreviouslyFailed() {
        return files.isFenced();
    }

    @Override
    public void onIOException(Throwable failure, @Nullable String message, @Nullable String file) {
        if (files.isFenced()) {
            LOG.debug("{} failed after the end of the office: {}", file, message);
            return;
        }
        LOG.error("The engine cannot go on with {}: {}", file == null ? "its files" : file, message, failure);
        files.fence("the engine cannot go on: " + message);
    }
}
