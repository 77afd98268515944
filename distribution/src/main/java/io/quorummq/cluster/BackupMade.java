/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import java.util.LinkedHashMap;

/** A backup that is whole: up to which entry of which shard's log it goes, and the hash of its files. */
public record BackupMade(String shard, long index, String hash) {
    /**
     * The answer in these bytes.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static BackupMade parse(byte[] bytes) {
        var members = Json.of(Json.parse(bytes));
        return new BackupMade(members.text("shard"), members.number("index"), members.text("hash"));
    }

    public byte[] bytes() {
        var members = new LinkedHashMap<String, Object>();
        members.put("shard", shard);
        members.put("index", index);
        members.put("hash", hash);
        return Json.bytes(members);
    }
}
