/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import io.quorummq.core.credential.Credential;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All credentials of the cluster, in their order. */
public record CredentialListing(List<Credential> credentials) {
    /** Copies the list. */
    public CredentialListing {
        credentials = List.copyOf(credentials);
    }

    /**
     * The answer in these bytes.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static CredentialListing parse(byte[] bytes) {
        return new CredentialListing(Json.of(Json.parse(bytes)).objects("credentials").stream()
                .map(one -> new Credential(one.text("secretId"), one.text("secretKey")))
                .toList());
    }

    public byte[] bytes() {
        return Json.bytes(Map.of(
                "credentials",
                credentials.stream().map(CredentialListing::members).toList()));
    }

    private static Map<String, Object> members(Credential credential) {
        var members = new LinkedHashMap<String, Object>();
        members.put("secretId", credential.secretId());
        members.put("secretKey", credential.secretKey());
        return members;
    }
}
