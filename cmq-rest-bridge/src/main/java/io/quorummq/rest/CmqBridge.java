/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest;

import io.quorummq.core.artemis.PluginSettings;

/** Carries {@link io.quorummq.rest.http.RestSettings} in {@code broker.xml}. */
public final class CmqBridge extends PluginSettings {}
