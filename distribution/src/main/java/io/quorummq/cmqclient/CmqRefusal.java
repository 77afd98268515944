/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server understood a call and said no: its code, module code, text and request id. */
public final class CmqRefusal extends RuntimeException {
    private static final Pattern MODULE_CODE = Pattern.compile("\\((\\d+)\\)");

    private final String action;
    private final int code;
    private final int moduleCode;
    private final String requestId;

    CmqRefusal(String action, CmqReply reply) {
        super(action + " refused: code " + reply.code() + ", " + reply.message() + ", requestId " + reply.requestId());
        this.action = action;
        this.code = reply.code();
        this.requestId = reply.requestId();
        Matcher module = MODULE_CODE.matcher(reply.message());
        this.moduleCode = module.lookingAt() ? Integer.parseInt(module.group(1)) : 0;
    }

    /** The action that was refused. */
    public String action() {
        return action;
    }

    /** The {@code code} member of the answer, never 0. */
    public int code() {
        return code;
    }

    /** The number in parentheses that begins the answer's text; 0 when there is none. */
    public int moduleCode() {
        return moduleCode;
    }

    /** The server's id of the request, as in its log. */
    public String requestId() {
        return requestId;
    }
}
