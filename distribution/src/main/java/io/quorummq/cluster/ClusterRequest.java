/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cluster;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a command asks of the cluster, {@code {"command": "replace", "node": "n2"}}: the request of the service {@value #SERVICE} on
 * the port between nodes. A node that does not lead hands on what only the leader can do.
 */
public record ClusterRequest(String command, Map<String, String> arguments) {
    /** The service that serves these requests. */
    public static final String SERVICE = "cluster";

    /** Answered by a {@link ClusterStatus}, by a node that knows no leader with what it knows itself. */
    public static final String STATUS = "status";
    /** Arguments {@value #NODE} and {@value #ADDRESS}; answered by an {@link Admitted}. */
    public static final String ADD = "add";
    /** Arguments {@value #NODE}, and {@value #ADDRESS} where it changes; answered by an {@link Admitted}. */
    public static final String REPLACE = "replace";
    /** Argument {@value #NODE}; answered by an empty object once the node has no vote any more. */
    public static final String REMOVE = "remove";
    /** Argument {@value #NODE}; answered by an empty object once that node leads. */
    public static final String TRANSFER = "transfer";
    /** Answered by a {@link VerifyReport}. */
    public static final String VERIFY = "verify";
    /** Argument {@value #DIRECTORY} on the machine of the node that is asked; answered by a {@link BackupMade}. */
    public static final String BACKUP = "backup";
    /** Answered by term and index of an entry behind all that was acknowledged; asked between nodes. */
    public static final String BARRIER = "barrier";
    /** Answered by a {@link CredentialListing}. */
    public static final String CREDENTIAL_LIST = "credential-list";
    /** Arguments {@value #SECRET_ID} and {@value #SECRET_KEY}; answered by an empty object. */
    public static final String CREDENTIAL_ADD = "credential-add";
    /** Argument {@value #SECRET_ID}; answered by an empty object. */
    public static final String CREDENTIAL_REMOVE = "credential-remove";

    public static final String NODE = "node";
    public static final String ADDRESS = "address";
    public static final String DIRECTORY = "directory";
    public static final String SECRET_ID = "secretId";
    public static final String SECRET_KEY = "secretKey";

    private static final String COMMAND = "command";

    /** Copies the map. */
    public ClusterRequest {
        arguments = Map.copyOf(arguments);
    }

    /** A request without arguments. */
    public static ClusterRequest of(String command) {
        return new ClusterRequest(command, Map.of());
    }

    /** The same with an argument more. */
    public ClusterRequest with(String name, String value) {
        var more = new LinkedHashMap<>(arguments);
        more.put(name, value);
        return new ClusterRequest(command, more);
    }

    /** A value that must be there; {@link IllegalArgumentException} when it is not. */
    public String argument(String name) {
        var value = arguments.get(name);
        if (value == null) {
            throw new IllegalArgumentException("request '" + command + "' lacks " + name);
        }
        return value;
    }

    /** Whether asking twice does no harm, so that another node may be asked when one does not answer. */
    boolean isQuestion() {
        return command.equals(STATUS) || command.equals(CREDENTIAL_LIST) || command.equals(VERIFY);
    }

    /**
     * The request in these bytes.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ClusterRequest parse(byte[] bytes) {
        var members = Json.parse(bytes);
        var arguments = new LinkedHashMap<String, String>();
        members.forEach((name, value) -> {
            if (!name.equals(COMMAND)) {
                arguments.put(name, String.valueOf(value));
            }
        });
        return new ClusterRequest(Json.of(members).text(COMMAND), arguments);
    }

    public byte[] bytes() {
        var members = new LinkedHashMap<String, Object>();
        members.put(COMMAND, command);
        members.putAll(arguments);
        return Json.bytes(members);
    }

    /** Never the arguments: a secret must not reach a log. */
    @Override
    public String toString() {
        return "ClusterRequest[" + command + "]";
    }
}
