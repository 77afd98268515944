/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CredentialFileTest {
    private static final Credential FIRST = new Credential("AKIDfirst", "first-key");
    private static final Credential SECOND = new Credential("orders", "second-key");

    @TempDir
    Path directory;

    private final AtomicLong nanoTime = new AtomicLong();

    @Test
    void aNewFileHoldsItsCredentialAndIsForTheOwnerAlone() throws IOException {
        var credentials = create();

        assertThat(credentials.find("AKIDfirst")).contains(FIRST);
        assertThat(credentials.find("akidfirst")).isEmpty();
        assertThat(permissions(file())).isEqualTo("rw-------");
        assertThat(Files.readString(file())).startsWith("# ").endsWith("AKIDfirst first-key\n");
    }

    @Test
    void anExistingFileIsNotOverwritten() {
        create();

        assertThatThrownBy(this::create)
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining(file().toString())
                .hasMessageContaining("exists already");
    }

    @Test
    void whatIsAddedIsFoundAtOnceAndAfterReopening() throws IOException {
        var credentials = create();

        credentials.add(SECOND);

        assertThat(credentials.find("orders")).contains(SECOND);
        assertThat(open().list()).containsExactly(FIRST, SECOND);
        assertThat(permissions(file())).isEqualTo("rw-------");
        try (var files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("credentials", "credentials.lock");
        }
    }

    @Test
    void removingKeepsCommentsAndTheOtherLines() throws IOException {
        Files.writeString(file(), "# mine\n\nAKIDfirst first-key\n  # the shop\norders \t second-key\n");
        var credentials = open();

        credentials.remove("AKIDfirst");

        assertThat(credentials.find("AKIDfirst")).isEmpty();
        assertThat(Files.readString(file())).isEqualTo("# mine\n\n  # the shop\norders \t second-key\n");
    }

    @Test
    void duplicatesAndUnknownIdsAreRefusedAndChangeNothing() throws IOException {
        var credentials = create();
        var before = Files.readString(file());

        assertThatThrownBy(() -> credentials.add(new Credential("AKIDfirst", "other")))
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining("AKIDfirst exists already");
        assertThatThrownBy(() -> credentials.remove("AKIDother"))
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining("AKIDother is unknown");
        assertThat(Files.readString(file())).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            AKIDone                          | line 2: a credential is two words
            AKIDone key more                 | line 2: a credential is two words
            AKID#one key                     | line 2: secretId "AKID#one" is not allowed
            AKIDone kéy                      | line 2: the secretKey of AKIDone is not allowed
            AKIDzero key                     | line 2: secretId AKIDzero appears twice
            """)
    void aMalformedLineRefusesTheStartAndIsNamed(String line, String refusal) throws IOException {
        Files.writeString(file(), "AKIDzero key\n" + line + "\n");

        assertThatThrownBy(this::open)
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining(file().toString())
                .hasMessageContaining(refusal);
    }

    @Test
    void aMissingFileAndOneThatIsNotTextAreRefused() throws IOException {
        assertThatThrownBy(this::open).isInstanceOf(CredentialException.class).hasMessageContaining("does not exist");

        Files.write(file(), new byte[] {(byte) 0xff, 0, (byte) 0xfe});
        assertThatThrownBy(this::open).isInstanceOf(CredentialException.class).hasMessageContaining("UTF-8");
    }

    @Test
    void aChangeByAnotherProcessIsNoticedWithinTheLookTime() {
        var credentials = create();

        open().add(SECOND);
        assertThat(credentials.find("orders")).isEmpty();

        nanoTime.addAndGet(10_000_000);
        assertThat(credentials.find("orders")).contains(SECOND);
    }

    @Test
    void aBrokenFileWhileRunningLeavesTheLastGoodContentInForce() throws IOException {
        var credentials = create();

        Files.writeString(file(), "broken\n");
        assertThat(credentials.list()).containsExactly(FIRST);
        Files.delete(file());
        assertThat(credentials.list()).containsExactly(FIRST);
        Files.writeString(file(), "orders second-key\n");
        assertThat(credentials.list()).containsExactly(SECOND);
    }

    @Test
    void aBrokenFileIsNotWrittenOver() throws IOException {
        var credentials = create();
        Files.writeString(file(), "broken\n");

        assertThatThrownBy(() -> credentials.add(SECOND))
                .isInstanceOf(CredentialException.class)
                .hasMessageContaining("line 1");
        assertThat(Files.readString(file())).isEqualTo("broken\n");
    }

    @Test
    void pollTellsOfRemovedAndChangedCredentialsOnce() throws IOException {
        var credentials = create();
        credentials.add(SECOND);
        var removed = new ArrayList<String>();
        credentials.onRemoved(secretId -> {
            throw new IllegalStateException("one listener's failure must not stop the next");
        });
        credentials.onRemoved(removed::add);
        credentials.poll();

        Files.writeString(file(), "AKIDfirst another-key\nAKIDnew key\n");
        credentials.poll();
        assertThat(removed).containsExactly("AKIDfirst", "orders");

        credentials.remove("AKIDnew");
        credentials.poll();
        credentials.poll();
        assertThat(removed).containsExactly("AKIDfirst", "orders", "AKIDnew");
    }

    @Test
    void aSecondWriterIsTurnedAway() throws IOException {
        var credentials = create();
        var lockFile = directory.resolve("credentials.lock");
        try (var channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThatThrownBy(() -> credentials.add(SECOND))
                    .isInstanceOf(CredentialException.class)
                    .hasMessageContaining("try again");
        }
        credentials.add(SECOND);
        assertThat(credentials.list()).containsExactly(FIRST, SECOND);
    }

    @Test
    void manyThreadsLoseNoChange() {
        var credentials = create();
        var threads = Executors.newFixedThreadPool(4);
        try {
            CompletableFuture.allOf(IntStream.range(0, 20)
                            .mapToObj(i -> CompletableFuture.runAsync(
                                    () -> credentials.add(new Credential("user" + i, "key")), threads))
                            .toArray(CompletableFuture[]::new))
                    .join();
        } finally {
            threads.shutdownNow();
        }
        assertThat(open().list()).hasSize(21);
    }

    private CredentialFile create() {
        return CredentialFile.create(file(), FIRST, nanoTime::get);
    }

    private CredentialFile open() {
        return CredentialFile.open(file(), nanoTime::get);
    }

    private Path file() {
        return directory.resolve("credentials");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
