/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import java.util.regex.Pattern;

/** What people call a node, {@code n1}: also the name of its directory and of its certificate. */
public final class NodeLabel {
    /** In words, for refusals. */
    public static final String ALLOWED =
            "1 to 32 of lower-case letters, digits and '-', with a letter or digit first and last, but not 'id'";

    private static final Pattern PATTERN = Pattern.compile("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?");
    /** {@code node.id} in cluster.properties is the own label. */
    private static final String RESERVED = "id";

    private NodeLabel() {}

    public static boolean isAllowed(String label) {
        return PATTERN.matcher(label).matches() && !RESERVED.equals(label);
    }

    /**
     * The label itself.
     *
     * @throws IllegalArgumentException if no node can be called so
     */
    public static String checked(String label) {
        if (!isAllowed(label)) {
            throw new IllegalArgumentException("node label '" + label + "'; allowed: " + ALLOWED);
        }
        return label;
    }
}
