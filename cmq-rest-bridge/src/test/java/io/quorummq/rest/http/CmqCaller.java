/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.quorummq.core.credential.HttpSignature;
import io.quorummq.core.credential.SignedRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Signs requests and sends them over real HTTP; reads JSON into maps, lists, strings, longs and booleans. */
final class CmqCaller {
    static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final URI endpoint;
    private final InstantSource clock;

    CmqCaller(URI endpoint, InstantSource clock) {
        this.endpoint = endpoint;
        this.clock = clock;
    }

    /** Names and values in turn, signed and sent as POST. */
    Map<String, Object> call(String action, String... namesAndValues) {
        return post(signed("POST", "/v2/index.php", action, namesAndValues));
    }

    /** The answer as it came. */
    String callForBytes(String action, String... namesAndValues) {
        return send(request("/v2/index.php", encode(signed("POST", "/v2/index.php", action, namesAndValues))))
                .body();
    }

    CompletableFuture<Map<String, Object>> callAsync(String action, String... namesAndValues) {
        var form = encode(signed("POST", "/v2/index.php", action, namesAndValues));
        return HTTP.sendAsync(request("/v2/index.php", form), HttpResponse.BodyHandlers.ofString(UTF_8))
                .thenApply(response -> json(response.body()));
    }

    Map<String, Object> get(String path, String action, String... namesAndValues) {
        return getRaw(path, encode(signed("GET", path, action, namesAndValues)));
    }

    Map<String, Object> getRaw(String path, String query) {
        var target = endpoint.resolve(path + "?" + query);
        return json(send(HttpRequest.newBuilder(target).GET().build()).body());
    }

    Map<String, Object> post(Map<String, String> parameters) {
        return postRaw("/v2/index.php", encode(parameters));
    }

    Map<String, Object> postRaw(String path, String form) {
        return json(send(request(path, form)).body());
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpRequest request(String path, String form) {
        return HttpRequest.newBuilder(endpoint.resolve(path))
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString(form, UTF_8))
                .build();
    }

    Map<String, String> signed(String method, String path, String action, String... namesAndValues) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("Action", action);
        for (var i = 0; i < namesAndValues.length; i += 2) {
            parameters.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        parameters.putIfAbsent("Timestamp", Long.toString(clock.instant().getEpochSecond()));
        parameters.putIfAbsent("Nonce", "1080179948");
        parameters.putIfAbsent("SecretId", CmqFixture.CREDENTIAL.secretId());
        var toSign = new SignedRequest(method, endpoint.getAuthority(), parameters);
        parameters.put("Signature", new HttpSignature().sign(CmqFixture.CREDENTIAL, toSign, path));
        return parameters;
    }

    static String encode(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter -> URLEncoder.encode(parameter.getKey(), UTF_8) + "="
                        + URLEncoder.encode(parameter.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }

    static Map<String, Object> json(String text) {
        try (var parser = new JsonFactory().createParser(text)) {
            parser.nextToken();
            return object(parser);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + text, e);
        }
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        var members = new LinkedHashMap<String, Object>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            var value = value(parser);
            if (value != null) {
                members.put(name, value);
            }
        }
        return members;
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? parser.getBigIntegerValue()
                        : (Object) parser.getLongValue();
            case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
            default -> null;
        };
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        var elements = new ArrayList<Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            var value = value(parser);
            if (value != null) {
                elements.add(value);
            }
        }
        return elements;
    }
}
