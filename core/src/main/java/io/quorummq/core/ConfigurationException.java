/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core;

/** A setting that cannot be used; the message is one line that names the setting, its value and what is allowed. */
public final class ConfigurationException extends RuntimeException {
    /** A refusal that needs no cause to be understood. */
    public ConfigurationException(String message) {
        super(message);
    }

    /** A refusal whose cause is worth keeping for the log. */
    public ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}
