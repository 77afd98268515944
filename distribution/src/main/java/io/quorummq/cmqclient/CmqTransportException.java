/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import java.net.URI;

/**
 * A call got no CMQ answer: no connection, a time-out, or an answer that is not CMQ's. Whether the server carried the
 * call out is not known.
 */
public final class CmqTransportException extends RuntimeException {
    CmqTransportException(String action, URI endpoint, String reason, Throwable cause) {
        super(action + " to " + endpoint + ": " + reason, cause);
    }

    CmqTransportException(String action, URI endpoint, String reason) {
        super(action + " to " + endpoint + ": " + reason);
    }
}
