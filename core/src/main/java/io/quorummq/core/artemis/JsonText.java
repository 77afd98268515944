/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.qpid.proton.amqp.Binary;
import org.jspecify.annotations.Nullable;

/**
 * The values of a map, stream or list message as JSON: numbers, booleans, null, objects and arrays as such, bytes as
 * Base64 and everything else as its text.
 */
final class JsonText {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]+");

    private JsonText() {}

    static String of(Object value) {
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            write(json, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (var entry : map.entrySet()) {
                json.writeFieldName(String.valueOf(entry.getKey()));
                write(json, entry.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (var item : list) {
                write(json, item);
            }
            json.writeEndArray();
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else if (value instanceof Number number) {
            writeNumber(json, number);
        } else if (value instanceof byte[] bytes) {
            json.writeString(Base64.getEncoder().encodeToString(bytes));
        } else if (value instanceof Binary binary) {
            json.writeString(base64(binary));
        } else {
            json.writeString(value.toString());
        }
    }

    /** Whole numbers of any width, unsigned ones of AMQP included, are written digit by digit. */
    private static void writeNumber(JsonGenerator json, Number number) throws IOException {
        if (number instanceof Float single) {
            json.writeNumber(single);
        } else if (number instanceof Double precise) {
            json.writeNumber(precise);
        } else if (WHOLE.matcher(number.toString()).matches()) {
            json.writeNumber(number.toString());
        } else {
            json.writeString(number.toString());
        }
    }

    private static String base64(Binary binary) {
        var bytes = ByteBuffer.wrap(binary.getArray(), binary.getArrayOffset(), binary.getLength());
        return new String(Base64.getEncoder().encode(bytes).array(), StandardCharsets.US_ASCII);
    }
}
