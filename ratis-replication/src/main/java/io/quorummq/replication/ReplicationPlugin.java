/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication;

import io.quorummq.core.artemis.PluginSettings;

/** Carries {@link ReplicationSettings} in {@code broker.xml}. */
public final class ReplicationPlugin extends PluginSettings {}
