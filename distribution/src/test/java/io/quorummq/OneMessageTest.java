/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that leads a newcomer through the code leads somewhere. */
final class OneMessageTest {
    private static final Path REPOSITORY = Path.of("..");
    private static final Pattern FILE = Pattern.compile("`([a-z-]+/[^`\\s]+\\.java)`");

    @Test
    void everyFileThatThePageNamesExists() throws Exception {
        var page = Files.readString(REPOSITORY.resolve("docs/one-message.md"));

        var named = FILE.matcher(page)
                .results()
                .map((MatchResult found) -> found.group(1))
                .distinct()
                .toList();

        assertThat(named).hasSizeGreaterThan(10);
        assertThat(named)
                .allSatisfy(file -> assertThat(REPOSITORY.resolve(file)).isRegularFile());
    }
}
