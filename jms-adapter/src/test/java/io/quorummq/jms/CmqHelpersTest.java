/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CmqHelpersTest {
    @ParameterizedTest
    @ValueSource(ints = {-1, 31_536_001, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aDelayThatIsNegativeOrLongerThanAYearIsRefused(int seconds) {
        assertThatThrownBy(() -> new CmqDelay(seconds))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("delaySeconds=" + seconds + " is not within 0 and 31536000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a,b", "seventeen letters"})
    void aTagThatCmqDoesNotAllowIsRefused(String tag) {
        assertThatThrownBy(() -> CmqTags.of("fine", tag))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + tag + "\"")
                .hasMessageContaining("1 to 16 characters");
    }

    @Test
    void moreThanFiveTagsAreRefused() {
        assertThat(CmqTags.of("1", "2", "3", "4", "sixteen letters!").tags()).hasSize(5);
        assertThatThrownBy(() -> CmqTags.of("1", "2", "3", "4", "5", "6"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("6 tags");
    }
}
