/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.action;

import io.quorummq.core.CmqError;
import io.quorummq.core.message.QueueName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The parameters of one request by name; every getter refuses with CMQ's error, which names the parameter. */
public final class Params {
    private final Map<String, String> values;

    /** @param values decoded; not copied, and not to be changed any more */
    public Params(Map<String, String> values) {
        this.values = values;
    }

    /** All parameters as they came, for the signature. */
    public Map<String, String> all() {
        return values;
    }

    /** The value of a parameter; an empty value counts as not given. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    /** Whether the parameter came with no value, which most parameters take for not given at all. */
    public boolean isEmpty(String name) {
        return "".equals(values.get(name));
    }

    /** The value of a parameter that must be there (else 4000/10390). */
    public String required(String name) {
        return text(name).orElseThrow(() -> CmqError.MISSING_PARAMETER.naming(name));
    }

    /** The name of a queue, which must be there. */
    public QueueName queueName(String name) {
        var value = required(name);
        if (!QueueName.isValid(value)) {
            throw CmqError.QUEUE_NAME_FORMAT.because(name, value);
        }
        return new QueueName(value);
    }

    /** A whole number, if given: 4000/10360 for another text, 4000/10350 beyond 32 bits. */
    public OptionalInt integer(String name) {
        var value = text(name);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        var number = wholeNumber(name, value.get());
        if (number < Integer.MIN_VALUE || number > Integer.MAX_VALUE) {
            throw CmqError.OUT_OF_RANGE.because(name, value.get());
        }
        return OptionalInt.of((int) number);
    }

    /** As {@link #integer}, of 64 bits. */
    public OptionalLong longInteger(String name) {
        return text(name).stream().mapToLong(value -> wholeNumber(name, value)).findFirst();
    }

    /** A whole number of 64 bits that must be there. */
    public long requiredLong(String name) {
        return wholeNumber(name, required(name));
    }

    /** An unsigned number of 64 bits, if given (else 4000/10360). */
    public Optional<Long> unsignedLong(String name) {
        return text(name).map(value -> {
            if (!isDigits(value, 0)) {
                throw CmqError.WRONG_TYPE.because(name, value);
            }
            try {
                return Long.parseUnsignedLong(value);
            } catch (NumberFormatException beyond64Bits) {
                throw CmqError.OUT_OF_RANGE.because(name, value);
            }
        });
    }

    /**
     * The elements {@code name.n} in the order of n, which begins at 0 or 1 and has no gap (else 4000/10380). Refuses
     * an index that is no number (4000/10310), more elements than {@code max} (4000/10370), and none (4000/10390). An
     * element may be empty.
     */
    public List<String> array(String name, int max) {
        var elements = new TreeMap<Integer, String>();
        for (var parameter : values.entrySet()) {
            var key = parameter.getKey();
            if (key.length() > name.length() && key.charAt(name.length()) == '.' && key.startsWith(name)) {
                elements.put(index(key, name.length() + 1), parameter.getValue());
            }
        }
        if (elements.isEmpty()) {
            throw CmqError.MISSING_PARAMETER.naming(name + ".n");
        }
        if (elements.size() > max) {
            throw CmqError.BATCH_SIZE.because(name, elements.size(), "1 to " + max);
        }
        var first = elements.firstKey();
        if (first > 1 || elements.lastKey() - first != elements.size() - 1) {
            throw CmqError.NOT_CONSECUTIVE.because(name, elements.keySet(), "from 0 or 1 without a gap");
        }
        return new ArrayList<>(elements.values());
    }

    private static int index(String key, int from) {
        var canonical = key.length() - from == 1 || (key.length() > from && key.charAt(from) != '0');
        if (!canonical || key.length() - from > 9 || !isDigits(key, from)) {
            throw CmqError.PARAMETER_KEY_FORMAT.naming(key);
        }
        return Integer.parseInt(key.substring(from));
    }

    private static long wholeNumber(String name, String value) {
        var digitsFrom = value.charAt(0) == '-' ? 1 : 0;
        if (!isDigits(value, digitsFrom)) {
            throw CmqError.WRONG_TYPE.because(name, value);
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException beyond64Bits) {
            throw CmqError.OUT_OF_RANGE.because(name, value);
        }
    }

    private static boolean isDigits(String value, int from) {
        for (var i = from; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return false;
            }
        }
        return value.length() > from;
    }
}
