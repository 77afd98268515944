/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One recorded request of a real client with its signature; the file's other schemes belong to other doors. */
record SignatureVector(Map<String, String> members, Map<String, String> parameters) {
    private static final String FILE = "/cmq-signature-vectors.json";

    static List<SignatureVector> readAll() {
        try (var in = Objects.requireNonNull(SignatureVector.class.getResourceAsStream(FILE), FILE);
                var json = new JsonFactory().createParser(in)) {
            var vectors = new ArrayList<SignatureVector>();
            json.nextToken();
            while (json.nextToken() == JsonToken.START_OBJECT) {
                var parameters = new LinkedHashMap<String, String>();
                var members = readObject(json, parameters);
                if ("v1".equals(members.get("scheme"))) {
                    vectors.add(new SignatureVector(members, parameters));
                }
            }
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> readObject(JsonParser json, Map<String, String> nested) throws IOException {
        var members = new LinkedHashMap<String, String>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var name = json.currentName();
            if (json.nextToken() == JsonToken.START_OBJECT) {
                nested.putAll(readObject(json, nested));
            } else {
                members.put(name, json.getText());
            }
        }
        return members;
    }

    String name() {
        return member("name");
    }

    String path() {
        return member("path");
    }

    String secretKey() {
        return member("secretKey");
    }

    String stringToSign() {
        return member("stringToSign");
    }

    SignedRequest request() {
        var signed = new LinkedHashMap<>(parameters);
        signed.put("Signature", member("signature"));
        return new SignedRequest(member("method"), member("host"), signed);
    }

    private String member(String name) {
        return Objects.requireNonNull(members.get(name), name);
    }

    @Override
    public String toString() {
        return name();
    }
}
