/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorummq.core.credential.Credential;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FailedLoginsTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final Logger logger = (Logger) LogManager.getLogger(FailedLogins.class);
    private final AbstractAppender appender = new AbstractAppender("lines", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
            lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
        }
    };
    private final CredentialSecurityManager securityManager = new CredentialSecurityManager(
            secretId -> Optional.of(new Credential("known", "the-right-key"))
                    .filter(known -> known.secretId().equals(secretId)),
            now::get,
            new SecureRandom());

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
        logger.setLevel(Level.WARN);
    }

    @AfterEach
    void stopListening() {
        logger.removeAppender(appender);
        logger.setLevel(null);
    }

    @Test
    void aRefusedLoginIsAWarningThatShowsNoKey() {
        assertThat(securityManager.authenticate("known", "hush", null, null)).isNull();
        assertThat(securityManager.authenticate("other\nFATAL all is lost", "hush", null, null))
                .isNull();

        assertThat(lines)
                .containsExactly(
                        "WARN Login of \"known\" from an unknown address refused: wrong password",
                        "WARN Login of \"other?FATAL all is lost\" from an unknown address refused: there is no such credential");
    }

    @Test
    void aFloodOfRefusedLoginsIsCountedInsteadOfLogged() {
        for (var i = 0; i < 1_000; i++) {
            securityManager.validateUser("known", "hush");
        }
        assertThat(lines).hasSize(20);

        now.set(NOON.plus(Duration.ofMinutes(1)));
        securityManager.validateUser("known", "hush");

        assertThat(lines).hasSize(22).contains("WARN 980 more logins were refused in the minute before");
    }

    @Test
    void anAcceptedLoginIsNotLogged() {
        assertThat(securityManager.validateUser("known", "the-right-key")).isTrue();

        assertThat(lines).isEmpty();
    }
}
