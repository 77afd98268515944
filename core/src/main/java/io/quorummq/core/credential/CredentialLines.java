/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.credential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The text of a credential file: one credential a line, {@code secretId secretKey}; blank lines and lines that begin
 * with {@code #} are comments and survive changes.
 */
final class CredentialLines {
    static final int CREDENTIALS_MAX = 10_000;

    private static final Pattern BLANKS = Pattern.compile("[ \\t]+");

    private final String source;
    private final List<String> lines;
    private final Map<String, Credential> byId = new LinkedHashMap<>();

    /**
     * Refuses malformed lines, ids that appear twice and too many of them, with the number of the line.
     *
     * @param source what the refusals call the text, usually a path
     */
    CredentialLines(String source, List<String> lines) {
        this.source = source;
        this.lines = List.copyOf(lines);
        for (var i = 0; i < lines.size(); i++) {
            var credential = parse(lines.get(i), i + 1);
            if (credential != null && byId.put(credential.secretId(), credential) != null) {
                throw new CredentialException(
                        source + " line " + (i + 1) + ": secretId " + credential.secretId() + " appears twice");
            }
            if (byId.size() > CREDENTIALS_MAX) {
                throw new CredentialException(
                        source + " line " + (i + 1) + ": more than " + CREDENTIALS_MAX + " credentials");
            }
        }
    }

    /** By secretId, in the order of the lines; not to be changed. */
    Map<String, Credential> byId() {
        return byId;
    }

    /** One string a line, without line ends. */
    List<String> lines() {
        return lines;
    }

    /** These lines and one more; refuses an id that is there already. */
    CredentialLines with(Credential added) {
        if (byId.containsKey(added.secretId())) {
            throw new CredentialException(
                    "secretId " + added.secretId() + " exists already in " + source + "; remove it first");
        }
        var more = new ArrayList<>(lines);
        more.add(added.secretId() + " " + added.secretKey());
        return new CredentialLines(source, more);
    }

    /** These lines without the one of this id; refuses an id that is not there. */
    CredentialLines without(String secretId) {
        if (!byId.containsKey(secretId)) {
            throw new CredentialException(
                    "secretId " + CredentialException.shown(secretId) + " is unknown in " + source);
        }
        var rest = new ArrayList<String>();
        for (var i = 0; i < lines.size(); i++) {
            var credential = parse(lines.get(i), i + 1);
            if (credential == null || !credential.secretId().equals(secretId)) {
                rest.add(lines.get(i));
            }
        }
        return new CredentialLines(source, rest);
    }

    private @Nullable Credential parse(String line, int number) {
        var text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return null;
        }
        var words = BLANKS.split(text, -1);
        if (words.length != 2) {
            throw new CredentialException(source + " line " + number
                    + ": a credential is two words, secretId and secretKey, not " + words.length);
        }
        try {
            return new Credential(words[0], words[1]);
        } catch (CredentialException e) {
            throw new CredentialException(source + " line " + number + ": " + e.getMessage(), e);
        }
    }
}
