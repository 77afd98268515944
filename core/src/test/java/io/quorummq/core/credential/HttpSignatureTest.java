/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class HttpSignatureTest {
    private static final String PATH = "/v2/index.php";
    private static final String HOST = "127.0.0.1:18080";
    private static final Credential CREDENTIAL = new Credential("AKIDtest0123456789", "secretKeyForTests");

    private final HttpSignature signature = new HttpSignature();

    static List<SignatureVector> vectors() {
        return SignatureVector.readAll();
    }

    @Test
    void allSevenVectorsOfThisSchemeAreRead() {
        assertThat(vectors()).hasSize(7);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void whatRealClientsSentIsAccepted(SignatureVector vector) {
        var credential = new Credential("AKIDany", vector.secretKey());

        assertThat(signature.verify(credential, vector.request(), List.of(vector.path())))
                .isTrue();
        assertThat(signature.verify(new Credential("AKIDany", "other"), vector.request(), List.of(vector.path())))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void theStringToSignIsTheOneThatRealClientsBuilt(SignatureVector vector) {
        var leftOut = vector.name().startsWith("php-post-at-value")
                ? SignedRequest.LeftOut.AT_VALUES
                : SignedRequest.LeftOut.NOTHING;

        assertThat(vector.request().textToSign(vector.path(), leftOut)).isEqualTo(vector.stringToSign());
    }

    @Test
    void whatIsSignedHereIsAcceptedHere() {
        var parameters = parameters("HmacSHA256", "msgBody", "héllo &=+% 中文 😀\tx\ny_z");

        sign("POST", parameters);

        assertThat(verify("POST", HOST, parameters)).isTrue();
    }

    @ParameterizedTest(name = "{0}: accepted {4}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # the change                  | method | host             | changed parameter         | accepted
            nothing                       | POST   | 127.0.0.1:18080  |                           | true
            another method                | GET    | 127.0.0.1:18080  |                           | false
            another host                  | POST   | 127.0.0.2:18080  |                           | false
            another port                  | POST   | 127.0.0.1:18081  |                           | false
            no port                       | POST   | 127.0.0.1        |                           | false
            parameter added               | POST   | 127.0.0.1:18080  | delaySeconds=5            | false
            value changed                 | POST   | 127.0.0.1:18080  | msgBody=other             | false
            value's case changed          | POST   | 127.0.0.1:18080  | queueName=Q               | false
            downgraded to SHA-1           | POST   | 127.0.0.1:18080  | SignatureMethod=HmacSHA1  | false
            method renamed                | POST   | 127.0.0.1:18080  | SignatureMethod=hmacsha256| false
            signed value made empty       | POST   | 127.0.0.1:18080  | msgBody=                  | false
            signature of another length   | POST   | 127.0.0.1:18080  | Signature=AAAA            | false
            signature empty               | POST   | 127.0.0.1:18080  | Signature=                | false
            signature not base64          | POST   | 127.0.0.1:18080  | Signature=中文             | false
            """)
    void whatWasChangedAfterSigningIsRefused(
            String change, String method, String host, String changedParameter, boolean accepted) {
        var parameters = parameters("HmacSHA256", "msgBody", "hello");
        sign("POST", parameters);

        change(parameters, changedParameter);

        assertThat(verify(method, host, parameters)).isEqualTo(accepted);
    }

    @Test
    void aRemovedParameterOrSignatureIsRefused() {
        var parameters = parameters("HmacSHA256", "msgBody", "hello");
        sign("POST", parameters);

        parameters.remove("msgBody");
        assertThat(verify("POST", HOST, parameters)).isFalse();

        parameters.put("msgBody", "hello");
        assertThat(verify("POST", HOST, parameters)).isTrue();

        parameters.remove("Signature");
        assertThat(verify("POST", HOST, parameters)).isFalse();
    }

    @ParameterizedTest(name = "{0} msgBody={1} signed without it: accepted {2}")
    @CsvSource(textBlock = """
            POST, @home, true
            GET,  @home, false
            POST, home@, false
            POST, '',    true
            GET,  '',    true
            POST, ' ',   false
            """)
    void onlyValuesThatSdksLeaveOutMayStayUnsigned(String method, String value, boolean accepted) {
        var parameters = parameters("HmacSHA1");
        sign(method, parameters);

        parameters.put("msgBody", value);

        assertThat(verify(method, HOST, parameters)).isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            GET,  @home
            POST, @home
            GET,  ''
            POST, ''
            """)
    void theSameValuesMayBeSigned(String method, String value) {
        var parameters = parameters("HmacSHA1", "msgBody", value);

        sign(method, parameters);

        assertThat(verify(method, HOST, parameters)).isTrue();
    }

    @Test
    void anUnderscoreIsADotInKeysAndStaysInValues() {
        var request = new SignedRequest("POST", HOST, Map.of("my_key_1", "a_b", "my.key", "c_d"));

        assertThat(request.textToSign("/", SignedRequest.LeftOut.NOTHING))
                .isEqualTo("POST127.0.0.1:18080/?my.key=c_d&my.key.1=a_b");
    }

    @Test
    void keysAreInByteOrderBeyondTheBasicPlaneToo() {
        var parameters = Map.of("b", "1", "B", "2", "b.10", "3", "b.2", "4", "\uffee", "5", "😀", "6");

        assertThat(new SignedRequest("GET", "h", parameters).textToSign("/", SignedRequest.LeftOut.NOTHING))
                .isEqualTo("GETh/?B=2&b=1&b.10=3&b.2=4&\uffee=5&😀=6");
    }

    @Test
    void anyOfTheCandidatePathsMayBeTheSignedOne() {
        var parameters = parameters("HmacSHA1", "msgBody", "hello");
        sign("GET", parameters);
        var request = new SignedRequest("GET", HOST, parameters);

        assertThat(signature.verify(CREDENTIAL, request, List.of("/v2/index.php/v2/index.php", PATH)))
                .isTrue();
        assertThat(signature.verify(CREDENTIAL, request, List.of("/v2/index.php/v2/index.php")))
                .isFalse();
    }

    @Test
    void threadsAndCredentialsThatAlternateDoNotDisturbEachOther() {
        var threads = Executors.newFixedThreadPool(4);
        try {
            var checks = IntStream.range(0, 400)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> signsAndVerifies(i), threads))
                    .toList();

            assertThat(checks).allMatch(CompletableFuture::join);
        } finally {
            threads.shutdownNow();
        }
    }

    private boolean signsAndVerifies(int i) {
        var own = new Credential("AKID" + i % 3, "key" + i % 3);
        var other = new Credential("AKID" + i % 3, "key" + (i + 1) % 3);
        var parameters = parameters(i % 2 == 0 ? "HmacSHA1" : "HmacSHA256", "msgBody", "m" + i);
        var request = new SignedRequest("POST", HOST, parameters);
        parameters.put("Signature", signature.sign(own, request, PATH));
        var signed = new SignedRequest("POST", HOST, parameters);
        return signature.verify(own, signed, List.of(PATH)) && !signature.verify(other, signed, List.of(PATH));
    }

    private void sign(String method, Map<String, String> parameters) {
        parameters.put("Signature", signature.sign(CREDENTIAL, new SignedRequest(method, HOST, parameters), PATH));
    }

    private boolean verify(String method, String host, Map<String, String> parameters) {
        return signature.verify(CREDENTIAL, new SignedRequest(method, host, parameters), List.of(PATH));
    }

    private static Map<String, String> parameters(String signatureMethod, String... more) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("queueName", "q");
        parameters.put("Action", "SendMessage");
        parameters.put("SecretId", CREDENTIAL.secretId());
        parameters.put("Nonce", "1");
        parameters.put("Timestamp", "1795354392");
        parameters.put("SignatureMethod", signatureMethod);
        for (var i = 0; i < more.length; i += 2) {
            parameters.put(more[i], more[i + 1]);
        }
        return parameters;
    }

    private static void change(Map<String, String> parameters, @Nullable String change) {
        if (change != null) {
            var equals = change.indexOf('=');
            parameters.put(change.substring(0, equals), change.substring(equals + 1));
        }
    }
}
