/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import io.quorummq.core.ConfigurationException;
import java.util.Set;
import java.util.regex.Pattern;

/** A machine as another one calls it: a name or an address, judged by its text alone, without asking the network. */
record HostName(String text) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");
    private static final Pattern IPV4 =
            Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");
    private static final Set<String> LOOPBACK = Set.of("localhost", "::1", "0:0:0:0:0:0:0:1");

    /** Refuses what no other node could connect to. */
    static HostName checked(String text, String source) {
        var host = new HostName(text);
        if (!NAME.matcher(text).matches() && !host.isIpv6()) {
            throw new ConfigurationException(source + ": '" + text + "' is no host; allowed: a name or an address");
        }
        if (EVERYWHERE.contains(text)) {
            throw new ConfigurationException(source + ": " + text
                    + " is no address that other nodes could connect to; allowed: the name or address of one machine");
        }
        return host;
    }

    boolean isLoopback() {
        return LOOPBACK.contains(text) || (isIpv4() && text.startsWith("127."));
    }

    boolean isAddress() {
        return isIpv4() || isIpv6();
    }

    private boolean isIpv4() {
        return IPV4.matcher(text).matches();
    }

    private boolean isIpv6() {
        return IPV6.matcher(text).matches();
    }
}
