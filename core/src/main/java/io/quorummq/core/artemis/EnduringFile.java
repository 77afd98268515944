/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQIOErrorException;
import org.apache.activemq.artemis.core.io.SequentialFile;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFile;

/** A file of the store whose writes are whole: none is cut short by a full disk while room can be made for it. */
final class EnduringFile extends NIOSequentialFile {
    private final EnduringFileFactory files;

    EnduringFile(EnduringFileFactory files, String name, int maxIO) {
        super(files, files.getDirectory(), name, maxIO);
        this.files = files;
    }

    @Override
    public void open(int maxIO, boolean useExecutor) throws IOException {
        while (true) {
            try {
                var opened = new Opened();
                rfile = opened;
                channel = opened.whole;
                fileSize = channel.size();
                return;
            } catch (IOException e) {
                if (!files.makesRoom().test(e)) {
                    factory.onIOError(new ActiveMQIOErrorException(e.getMessage(), e), e.getMessage(), this);
                    throw e;
                }
            }
        }
    }

    @Override
    public SequentialFile cloneFile() {
        return new EnduringFile(files, getFileName(), maxIO);
    }

    /** Artemis writes by the file or by its channel, as the buffer is; both share one position. */
    private final class Opened extends RandomAccessFile {
        private final EnduringChannel whole;

        Opened() throws IOException {
            super(getFile(), "rw");
            whole = new EnduringChannel(getChannel(), files.makesRoom());
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            whole.write(ByteBuffer.wrap(bytes, offset, length));
        }
    }
}
