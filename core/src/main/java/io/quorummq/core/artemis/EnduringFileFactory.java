/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Predicate;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.apache.activemq.artemis.core.io.SequentialFile;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.utils.critical.CriticalAnalyzer;
import org.jspecify.annotations.Nullable;

/** Makes the files of one directory of the store, and decides what a full disk means to them. */
final class EnduringFileFactory extends NIOSequentialFileFactory {
    private final DiskReserve reserve;
    private final boolean mayUseReserve;

    private EnduringFileFactory(
            File directory,
            boolean buffered,
            Configuration configuration,
            int maxIO,
            @Nullable IOCriticalErrorListener onCriticalError,
            @Nullable CriticalAnalyzer analyzer,
            DiskReserve reserve,
            boolean mayUseReserve) {
        super(
                directory,
                buffered,
                configuration.getJournalBufferSize_NIO(),
                configuration.getJournalBufferTimeout_NIO(),
                maxIO,
                configuration.isLogJournalWriteRate(),
                onCriticalError,
                analyzer);
        this.reserve = reserve;
        this.mayUseReserve = mayUseReserve;
    }

    /** Of a journal: records are gathered in a buffer, so that many share one write. */
    static EnduringFileFactory ofJournal(
            Configuration configuration,
            IOCriticalErrorListener onCriticalError,
            CriticalAnalyzer analyzer,
            DiskReserve reserve) {
        return new EnduringFileFactory(
                configuration.getJournalLocation(),
                true,
                configuration,
                configuration.getJournalMaxIO_NIO(),
                onCriticalError,
                analyzer,
                reserve,
                true);
    }

    /** Of files that are written directly. */
    static EnduringFileFactory unbuffered(
            File directory,
            Configuration configuration,
            int maxIO,
            IOCriticalErrorListener onCriticalError,
            DiskReserve reserve) {
        return new EnduringFileFactory(directory, false, configuration, maxIO, onCriticalError, null, reserve, true);
    }

    /** Of large messages: only senders write them, and they are refused before they would eat the reserve. */
    static EnduringFileFactory ofLargeMessages(
            Configuration configuration, IOCriticalErrorListener onCriticalError, DiskReserve reserve) {
        return new EnduringFileFactory(
                configuration.getLargeMessagesLocation(),
                false,
                configuration,
                1,
                onCriticalError,
                null,
                reserve,
                false);
    }

    @Override
    public SequentialFile createSequentialFile(String name) {
        return new EnduringFile(this, name, maxIO);
    }

    /** Tells whether the write that failed so may be tried again. */
    Predicate<IOException> makesRoom() {
        return mayUseReserve ? reserve::makeRoom : failure -> false;
    }

    /** Without room a large message is its sender's failure, not the engine's: the exception goes up to the sender. */
    @Override
    public void onIOError(Throwable failure, String message, @Nullable String file) {
        if (!mayUseReserve && failure.getCause() instanceof IOException cause && reserve.isFull(cause)) {
            throw new UncheckedIOException("the disk is full: the message is refused", cause);
        }
        super.onIOError(failure, message, file);
    }
}
