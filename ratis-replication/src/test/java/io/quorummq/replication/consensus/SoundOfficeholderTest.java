/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SoundOfficeholderTest {
    @Test
    void whoHoldsTheOfficeHearsOfOtherLeaders() {
        var heard = new ArrayList<String>();
        var sound = new SoundOfficeholder(
                new RecordingHolder() {
                    @Override
                    public void leaderChanged() {
                        heard.add("changed");
                    }
                },
                new MemoryState());

        sound.leaderChanged();

        assertThat(heard).isEqualTo(List.of("changed"));
    }
}
