/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core;

/**
 * Every refusal a CMQ caller can see: the code, the module code and the text of the CMQ error table, its spelling
 * included, because applications match on it.
 */
public enum CmqError {
    SUCCESS(0, 0, ""),
    INVALID_PARAMETERS(4000, 10000, "invalid request parameters"),
    LACKS_PARAMETERS(4000, 10010, "lacked of required parameters"),
    QUEUE_NAME_FORMAT(4000, 10020, "queue name format error"),
    PARAMETERS_ERROR(4000, 10110, "request parameters error"),
    EMPTY_BODY(4000, 10120, "message body can't be empty"),
    UNKNOWN_ACTION(4000, 10430, "action name %s is not existed"),
    PARAMETER_KEY_FORMAT(4000, 10310, "error: parameter %s key format error"),
    NO_SUCH_PARAMETER(4000, 10320, "no such parameter %s"),
    NOT_REPEATABLE(4000, 10330, "parameter %s is NOT a repeatable parameter"),
    OUT_OF_RANGE(4000, 10350, "parameter %s value or length is out of range"),
    WRONG_TYPE(4000, 10360, "parameter %s error type"),
    BATCH_SIZE(4000, 10370, "%s parameter batch size is out of range"),
    NOT_CONSECUTIVE(4000, 10380, "%s parameter is not consequent"),
    MISSING_PARAMETER(4000, 10390, "lacked of required parameter %s"),
    HTTP_METHOD(4000, 10410, "unexpected http %s only GET or POST is supported"),
    CANNOT_PARSE(4000, 10420, "cannot parse %s, or request size is more than 1MB"),
    SECRET_ID_FORMAT(4000, 10450, "secret id dosen't begin with AKID"),
    RECEIPT_HANDLE_FORMAT(4000, 10470, "receiptHandle error"),
    DELAY_OUT_OF_RANGE(4000, 10692, "delay seconds is out of range"),
    REWIND_OVER_RETENTION(4000, 10700, "rewindSeconds cannot be greater than msgRetentionSeconds"),
    DEAD_LETTER_NOT_JSON(4000, 10710, "deadLetterPolicy must be a json string"),
    DEAD_LETTER_PARAMETERS(4000, 10720, "deadLetterPolicy params error,please check it"),
    DEAD_LETTER_QUEUE_NOT_FOUND(4000, 10730, "deadLetter queue not exist"),
    DEAD_LETTER_NESTED(4000, 10740, "deadLetter queue is not allowed to nest"),
    DEAD_LETTER_TARGET_IN_USE(4000, 10750, "it is not allowed to be deleted when the queue is dead letter queue"),
    DEAD_LETTER_LACKS_QUEUE(4000, 10760, "the deadLetterPolicy must has deadLetterQueue member, only be a string"),
    DEAD_LETTER_LACKS_POLICY(4000, 10770, "the deadLetterPolicy must has policy member , only set 0 or 1"),
    DEAD_LETTER_TOO_MANY_SOURCES(4000, 10780, "the deadLetter Queue bind too many times"),
    AUTHENTICATION_FAILED(4100, 10030, "authentication failed"),
    SECRET_ID_UNKNOWN(4100, 10270, "secret id is not existed"),
    MESSAGE_TOO_LARGE(4400, 10230, "exceed maximum message size"),
    TOO_MANY_MESSAGES(4410, 10240, "reach maximum retention number of message"),
    THROTTLED(4420, 10250, "qps throttling"),
    RECEIPT_HANDLE_INVALID(4430, 10260, "receipt handle is invalid"),
    QUEUE_NOT_FOUND(4440, 10100, "queue is not existed, or deleted"),
    TOO_MANY_QUEUES(4450, 10220, "number of queues has reached the limit"),
    QUEUE_EXISTS(4460, 10210, "queue is already existed,case insensitive"),
    BATCH_TOO_LARGE(4470, 10300, "total message size exceed 1MB"),
    INTERFACE_FREQUENCY(4480, 10460, "exceed interface frequency limit, please slow down"),
    INTERNAL_ERROR(6000, 10050, "server internal error"),
    SEND_FAILED(6000, 10090, "send message failed"),
    RECEIVE_FAILED(6000, 10130, "recieve message failed"),
    DELETE_MESSAGE_FAILED(6000, 10140, "delete message failed"),
    GET_ATTRIBUTES_FAILED(6000, 10160, "get queue attributes failed"),
    SET_ATTRIBUTES_FAILED(6000, 10170, "set queue attributes failed"),
    DELETE_QUEUE_FAILED(6000, 10180, "delete queue failed"),
    LIST_QUEUE_FAILED(6000, 10190, "list queue failed"),
    PARTIAL_DELETE(6010, 10150, "delete message partially failed"),
    DELETE_FAILED(6020, 10290, "batch delete message failed"),
    QUEUE_NAME_IN_RELEASE(
            6040,
            10660,
            "it will take some time to release resources of previous queue before you create a new one with the same name, please try later"),
    TOO_MANY_INACTIVE(6070, 10690, "too many unacked(inactive) messages or delayed messages"),
    NO_MESSAGE(7000, 10200, "no message");

    private static final int SHOWN_LENGTH_MAX = 80;

    private final int code;
    private final int moduleCode;
    private final String text;

    CmqError(int code, int moduleCode, String text) {
        this.code = code;
        this.moduleCode = moduleCode;
        this.text = text;
    }

    /** The {@code code} member of the answer. */
    public int code() {
        return code;
    }

    /** The number in parentheses that begins the {@code message} member. */
    public int moduleCode() {
        return moduleCode;
    }

    /** This refusal in CMQ's own words, for texts that name no parameter. */
    public CmqException exception() {
        return new CmqException(this, text);
    }

    /**
     * This refusal for a parameter: the parameter's name fills the text where it has a place for it, and name and value
     * follow the text, so that CMQ's own words stay a prefix of the message.
     */
    public CmqException because(String parameter, Object value) {
        return new CmqException(this, text.formatted(parameter) + " (" + parameter + "=" + shortened(value) + ")");
    }

    /** As {@link #because(String, Object)}, with what would have been allowed. */
    public CmqException because(String parameter, Object value, String allowed) {
        return new CmqException(
                this,
                text.formatted(parameter) + " (" + parameter + "=" + shortened(value) + ", allowed: " + allowed + ")");
    }

    /** This refusal with one name in its text, e.g. the parameter that is missing. */
    public CmqException naming(String name) {
        return new CmqException(
                this, text.contains("%s") ? text.formatted(shortened(name)) : text + " (" + shortened(name) + ")");
    }

    private static String shortened(Object value) {
        var text = String.valueOf(value);
        var shown = new StringBuilder(Math.min(text.length(), SHOWN_LENGTH_MAX) + 1);
        for (var i = 0; i < text.length() && i < SHOWN_LENGTH_MAX; i++) {
            shown.append(Character.isISOControl(text.charAt(i)) ? '?' : text.charAt(i));
        }
        return text.length() <= SHOWN_LENGTH_MAX
                ? shown.toString()
                : shown.append('…').toString();
    }
}
