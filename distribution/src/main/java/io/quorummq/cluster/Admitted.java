/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import io.quorummq.replication.peer.NodeAddress;
import java.util.LinkedHashMap;
import java.util.UUID;

/** A node that may join now: under which uuid, and where the others will look for it. */
public record Admitted(String node, UUID member, NodeAddress address) {
    /**
     * The answer in these bytes.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Admitted parse(byte[] bytes) {
        var members = Json.of(Json.parse(bytes));
        return new Admitted(
                members.text("node"), UUID.fromString(members.text("uuid")), NodeAddress.of(members.text("address")));
    }

    public byte[] bytes() {
        var members = new LinkedHashMap<String, Object>();
        members.put("node", node);
        members.put("uuid", member.toString());
        members.put("address", address.toString());
        return Json.bytes(members);
    }
}
