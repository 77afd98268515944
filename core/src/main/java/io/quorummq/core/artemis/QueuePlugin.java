/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

/** Carries {@link EngineSettings} in {@code broker.xml}. */
public final class QueuePlugin extends PluginSettings {}
