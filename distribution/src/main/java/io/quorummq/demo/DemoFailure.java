/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.demo;

/** The product did not do what the demo promises. */
public final class DemoFailure extends RuntimeException {
    DemoFailure(String text) {
        super(text);
    }
}
