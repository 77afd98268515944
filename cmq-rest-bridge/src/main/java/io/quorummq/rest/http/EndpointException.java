/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

/** An endpoint that cannot be opened: its port is in use, its address is not ours, its key store does not open. */
public final class EndpointException extends RuntimeException {
    private final Endpoint endpoint;

    EndpointException(Endpoint endpoint, String reason, Throwable cause) {
        super("cannot listen on " + endpoint.host() + ":" + endpoint.port() + ": " + reason, cause);
        this.endpoint = endpoint;
    }

    /** Which endpoint it is. */
    public Endpoint endpoint() {
        return endpoint;
    }
}
