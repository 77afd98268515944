/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.admin;

import io.quorummq.core.artemis.PluginSettings;

/** Carries {@link AdminSettings} in {@code broker.xml}. */
public final class AdminPlugin extends PluginSettings {}
