/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One JSON object as maps, lists, strings, longs, doubles and booleans; members that are null stay in the map. */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<String, Object> members;

    private Json(Map<String, Object> members) {
        this.members = members;
    }

    /** Fails with {@link IllegalArgumentException} if these bytes are no JSON object. */
    static Map<String, Object> parse(byte[] bytes) {
        try (var parser = FACTORY.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not a JSON object");
            }
            var object = object(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("something follows the JSON object");
            }
            return object;
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
        }
    }

    static byte[] bytes(Map<String, ?> members) {
        var bytes = new ByteArrayOutputStream();
        try (var generator = FACTORY.createGenerator(bytes)) {
            write(generator, members);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The members of an object, to be taken by their names. */
    static Json of(Map<String, Object> members) {
        return new Json(members);
    }

    String text(String name) {
        var value = members.get(name);
        if (value instanceof String text) {
            return text;
        }
        throw missing(name, "a text");
    }

    @Nullable
    String textOrNull(String name) {
        return members.get(name) instanceof String text ? text : null;
    }

    long number(String name) {
        if (members.get(name) instanceof Number number) {
            return number.longValue();
        }
        throw missing(name, "a number");
    }

    @Nullable
    Double fractionOrNull(String name) {
        return members.get(name) instanceof Number number ? number.doubleValue() : null;
    }

    boolean truth(String name) {
        if (members.get(name) instanceof Boolean truth) {
            return truth;
        }
        throw missing(name, "true or false");
    }

    /** The objects of a list; none where there is no such list. */
    List<Json> objects(String name) {
        var objects = new ArrayList<Json>();
        if (members.get(name) instanceof List<?> items) {
            for (var item : items) {
                objects.add(of(asObject(name, item)));
            }
        }
        return objects;
    }

    /** The texts of a list; none where there is no such list. */
    List<String> texts(String name) {
        return members.get(name) instanceof List<?> items
                ? items.stream().map(String::valueOf).toList()
                : List.of();
    }

    private Map<String, Object> asObject(String name, Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw missing(name, "an object");
        }
        var object = new LinkedHashMap<String, Object>();
        map.forEach((key, item) -> object.put(String.valueOf(key), item));
        return object;
    }

    private IllegalArgumentException missing(String name, String expected) {
        return new IllegalArgumentException(name + "=" + members.get(name) + "; expected: " + expected);
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        var object = new LinkedHashMap<String, Object>();
        for (var name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            object.put(name, value(parser));
        }
        return object;
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        var items = new ArrayList<Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            var item = value(parser);
            if (item != null) {
                items.add(item);
            }
        }
        return items;
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> parser.getText();
            case VALUE_NULL -> null;
            default -> throw new IOException("unexpected " + parser.currentToken());
        };
    }

    /** Writes maps, lists, numbers, truths and null as they are, and anything else as its text. */
    public static void write(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value instanceof Map<?, ?> object) {
            json.writeStartObject();
            for (var member : object.entrySet()) {
                json.writeFieldName(String.valueOf(member.getKey()));
                write(json, member.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof List<?> items) {
            json.writeStartArray();
            for (var item : items) {
                write(json, item);
            }
            json.writeEndArray();
        } else if (value instanceof Long || value instanceof Integer) {
            json.writeNumber(((Number) value).longValue());
        } else if (value instanceof Number number) {
            json.writeNumber(number.doubleValue());
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else if (value == null) {
            json.writeNull();
        } else {
            json.writeString(value.toString());
        }
    }
}
