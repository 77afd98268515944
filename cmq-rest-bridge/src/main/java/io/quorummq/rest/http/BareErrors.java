/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/** Answers what is no request of the API with a status and nothing else. */
final class BareErrors implements Request.Handler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        response.write(true, BufferUtil.EMPTY_BUFFER, callback);
        return true;
    }
}
