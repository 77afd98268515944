/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.identity;

import java.time.Duration;

/** Lets time pass between two tries; outside tests it sleeps. */
@FunctionalInterface
public interface Pause {
    void of(Duration time) throws InterruptedException;
}
