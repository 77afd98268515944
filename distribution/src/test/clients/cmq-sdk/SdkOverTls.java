/* SPDX-License-Identifier: Apache-2.0 */
import com.qcloud.cmq.Account;
import com.qcloud.cmq.QueueMeta;

/**
 * Creates a queue by the published SDK, sends a text to it and receives and deletes the answer from another. Arguments:
 * endpoint, secretId, secretKey, text, queue to write, queue to read.
 */
public final class SdkOverTls {
    private SdkOverTls() {}

    public static void main(String[] arguments) throws Exception {
        var account = new Account(arguments[0], arguments[1], arguments[2]);
        account.createQueue(arguments[4], new QueueMeta());
        account.getQueue(arguments[4]).send(arguments[3]);
        var replies = account.getQueue(arguments[5]);
        var reply = replies.receiveMessage();
        replies.deleteMessage(reply.receiptHandle);
        System.out.println("received " + reply.msgBody);
    }
}
