/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import java.util.LinkedHashMap;
import java.util.UUID;

/**
 * "Remember that this member is being formed by this nonce."
 *
 * @param begins hash of the files it begins with, restored from a backup; {@value IdentityFiles#WITH_NOTHING} otherwise
 * @param asked who is meant to hear it: a wrong address must not count as an answer
 */
record FormationRequest(UUID clusterId, String label, UUID member, UUID nonce, String begins, String asked) {
    static FormationRequest parse(String text) {
        var values = KeyValues.parse("request to be formed", text);
        var request = new FormationRequest(
                values.uuid("cluster.id"),
                values.label("node.id"),
                values.uuid("node.uuid"),
                values.uuid("nonce"),
                values.text("begins"),
                values.label("asked"));
        values.end();
        return request;
    }

    String text() {
        var values = new LinkedHashMap<String, String>();
        values.put("cluster.id", clusterId.toString());
        values.put("node.id", label);
        values.put("node.uuid", member.toString());
        values.put("nonce", nonce.toString());
        values.put("begins", begins);
        values.put("asked", asked);
        return KeyValues.text("", values);
    }
}
