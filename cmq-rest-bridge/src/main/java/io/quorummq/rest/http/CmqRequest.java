/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

/**
 * A request as it came over the wire, before anything of it is believed.
 *
 * @param method GET or POST
 * @param host the Host header as received, empty when there was none
 * @param path as sent, not decoded
 * @param query as sent, not decoded
 * @param connection what the request came by
 */
record CmqRequest(String method, String host, String path, String query, ClientConnection connection) {
    /** The request attribute that carries this past the servlet layer. */
    static final String ATTRIBUTE = CmqRequest.class.getName();

    boolean isPost() {
        return "POST".equals(method);
    }
}
