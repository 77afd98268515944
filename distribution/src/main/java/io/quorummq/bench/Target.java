/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.bench;

import io.quorummq.core.credential.Credential;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** One broker as a run reaches it: a name for the report, a protocol, its address and a login. */
record Target(String name, Protocol protocol, String uri, Optional<Credential> login) {
    private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9._-]+)=(.+)");
    private static final Pattern LOGIN_IN_URI = Pattern.compile("([a-z]+://)([^:@/?]+):([^@/?]*)@(.+)");

    /** Reads {@code NAME=URI}; a login in the address ({@code scheme://user:password@host}) goes before the given one. */
    static Target parse(String text, Optional<Credential> login) {
        var named = NAMED.matcher(text);
        if (!named.matches()) {
            throw new IllegalArgumentException("--target=" + text + ", allowed: NAME=URI");
        }
        return of(named.group(1), named.group(2), Optional.empty(), login);
    }

    /** A target by its address; the protocol is the one given or else that of the address's scheme. */
    static Target of(String name, String uri, Optional<Protocol> protocol, Optional<Credential> login) {
        var inUri = LOGIN_IN_URI.matcher(uri);
        if (inUri.matches()) {
            var own = new Credential(inUri.group(2), inUri.group(3));
            var plain = inUri.group(1) + inUri.group(4);
            return new Target(name, protocol.orElseGet(() -> Protocol.ofUri(plain)), plain, Optional.of(own));
        }
        return new Target(name, protocol.orElseGet(() -> Protocol.ofUri(uri)), uri, login);
    }

    /** The protocols a run can speak. */
    enum Protocol {
        CMQ("http://127.0.0.1:8080"),
        CORE("tcp://127.0.0.1:61616"),
        AMQP("amqp://127.0.0.1:5672");

        private final String defaultUri;

        Protocol(String defaultUri) {
            this.defaultUri = defaultUri;
        }

        String defaultUri() {
            return defaultUri;
        }

        static Protocol ofUri(String uri) {
            if (uri.startsWith("http://") || uri.startsWith("https://")) {
                return CMQ;
            }
            if (uri.startsWith("amqp") || uri.startsWith("failover:")) {
                return AMQP;
            }
            if (uri.startsWith("tcp://") || uri.startsWith("(tcp://") || uri.startsWith("vm://")) {
                return CORE;
            }
            throw new IllegalArgumentException("uri=" + uri
                    + ", allowed: http(s)://... (CMQ), tcp://... (core), amqp(s)://... or failover:(...) (AMQP)");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
