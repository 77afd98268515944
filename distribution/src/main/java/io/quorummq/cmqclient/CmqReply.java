/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer of the server, taken apart: the envelope, and every other member by name as text, number, truth value, list
 * or map.
 */
public record CmqReply(int code, String message, String requestId, Map<String, Object> members) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Reads one JSON object; anything else, and an object without a numeric {@code code}, is an IOException. */
    static CmqReply parse(byte[] bytes, int length) throws IOException {
        try (var json = JSON.createParser(bytes, 0, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            return envelope(json);
        }
    }

    private static CmqReply envelope(JsonParser json) throws IOException {
        int code = -1;
        var message = "";
        var requestId = "";
        var members = new LinkedHashMap<String, Object>();
        for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            var token = json.nextToken();
            switch (name) {
                case "code" -> code = token == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : -1;
                case "message" -> message = String.valueOf(json.getText());
                case "requestId" -> requestId = String.valueOf(json.getText());
                case "codeDesc", "clientRequestId" -> json.skipChildren();
                default -> put(members, name, json);
            }
        }
        if (code < 0) {
            throw new IOException("no numeric code in the answer");
        }
        return new CmqReply(code, message, requestId, Collections.unmodifiableMap(members));
    }

    private static void put(Map<String, Object> members, String name, JsonParser json) throws IOException {
        switch (json.currentToken()) {
            case START_OBJECT -> members.put(name, object(json));
            case START_ARRAY -> members.put(name, array(json));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> members.put(name, json.getNumberValue());
            case VALUE_TRUE, VALUE_FALSE -> members.put(name, json.getBooleanValue());
            case VALUE_STRING -> members.put(name, json.getText());
            case VALUE_NULL -> members.remove(name);
            default -> throw new IOException("unexpected " + json.currentToken() + " at " + name);
        }
    }

    private static Map<String, Object> object(JsonParser json) throws IOException {
        var members = new LinkedHashMap<String, Object>();
        for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            put(members, name, json);
        }
        return members;
    }

    private static List<Object> array(JsonParser json) throws IOException {
        var items = new ArrayList<Object>();
        var item = new LinkedHashMap<String, Object>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            put(item, "item", json);
            var value = item.remove("item");
            if (value != null) {
                items.add(value);
            }
        }
        return items;
    }

    /** A text member; empty when the answer has none of that name. */
    public String text(String name) {
        var value = members.get(name);
        return value == null ? "" : value.toString();
    }

    /** A whole number; 0 when the answer has none of that name. */
    public long number(String name) {
        return number(members, name);
    }

    /** The objects of a list member; empty when the answer has none of that name. */
    @SuppressWarnings("unchecked") // the parser makes objects as maps by text only
    public List<Map<String, Object>> objects(String name) {
        var objects = new ArrayList<Map<String, Object>>();
        if (members.get(name) instanceof List<?> items) {
            for (var item : items) {
                if (item instanceof Map<?, ?> object) {
                    objects.add((Map<String, Object>) object);
                }
            }
        }
        return objects;
    }

    static long number(Map<String, Object> members, String name) {
        return members.get(name) instanceof Number number ? number.longValue() : 0;
    }

    static String text(Map<String, Object> members, String name) {
        var value = members.get(name);
        return value == null ? "" : value.toString();
    }
}
