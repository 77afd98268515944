/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorummq.core.ConfigurationException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * What in a node's {@code broker.xml} must be alike on all nodes of a cluster, since any of them may lead: addresses, settings,
 * diverts, sizes; not names, ports, directories and plugins, which are a node's own.
 *
 * @param hash of all that must be alike
 * @param journalFileBytes fixed for the life of a cluster: Artemis moves journal files of another size away
 */
public record BrokerBehaviour(String hash, long journalFileBytes) {
    private static final int HASH_BYTES = 8;
    private static final Set<String> OWN = Set.of(
            "name",
            "acceptors",
            "connectors",
            "broker-plugins",
            "bindings-directory",
            "journal-directory",
            "paging-directory",
            "large-messages-directory",
            "min-disk-free",
            "max-disk-usage",
            "disk-scan-period");

    /** Reads the file, with Artemis' own idea of the journal's file size. */
    public static BrokerBehaviour of(Path brokerXml, long journalFileBytes) {
        try {
            var document =
                    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(brokerXml.toFile());
            var text = new StringBuilder();
            append(document.getDocumentElement(), text);
            var digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(UTF_8));
            return new BrokerBehaviour(HexFormat.of().formatHex(digest, 0, HASH_BYTES), journalFileBytes);
        } catch (ParserConfigurationException | SAXException | IOException | NoSuchAlgorithmException e) {
            throw new ConfigurationException(brokerXml + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Comments, white space and the order of attributes do not matter; the order of elements does. */
    private static void append(Element element, StringBuilder text) {
        if (OWN.contains(element.getLocalName() == null ? element.getTagName() : element.getLocalName())) {
            return;
        }
        text.append('<').append(element.getTagName());
        var attributes = new TreeMap<String, String>();
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            var attribute = element.getAttributes().item(i);
            attributes.put(attribute.getNodeName(), attribute.getNodeValue());
        }
        attributes.forEach(
                (name, value) -> text.append(' ').append(name).append('=').append(value));
        text.append('>');
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element inner) {
                append(inner, text);
            } else if (child.getNodeType() == Node.TEXT_NODE || child.getNodeType() == Node.CDATA_SECTION_NODE) {
                text.append(child.getNodeValue().strip());
            }
        }
        text.append("</>");
    }

    /** As it is kept in the cluster, with the label of the node that led by it. */
    public String textOf(String leader) {
        return "leader=" + leader + "\nhash=" + hash + "\njournal-file-bytes=" + journalFileBytes + "\n";
    }

    /** What the last leader went by. */
    public record LastLeader(String label, BrokerBehaviour behaviour) {
        /** Reads what {@link BrokerBehaviour#textOf} wrote. */
        public static LastLeader of(String text) {
            var properties = new Properties();
            try {
                properties.load(new StringReader(text));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new LastLeader(
                    properties.getProperty("leader", "?"),
                    new BrokerBehaviour(
                            properties.getProperty("hash", ""),
                            Long.parseLong(properties.getProperty("journal-file-bytes", "0"))));
        }
    }
}
