/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.consensus;

import java.util.UUID;

/**
 * One node's place in a group. The uuid is what votes; a wiped node comes back under a new one. The label is for people.
 */
public record Member(UUID id, String label, String host, int port) {
    public Member {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port of member " + label + " is " + port + "; allowed: 1 to 65535");
        }
        if (label.isBlank() || host.isBlank()) {
            throw new IllegalArgumentException("member " + id + " needs a label and a host");
        }
    }

    String address() {
        return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    }
}
