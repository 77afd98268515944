/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.cmqclient;

/** Why one receipt handle of a batch delete deleted nothing. */
public record DeleteFailure(int code, String message, String receiptHandle) {}
