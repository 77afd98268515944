/* SPDX-License-Identifier: Apache-2.0 */
/** Who may come in: the secrets that HTTP requests are signed with and that JMS and AMQP users log in with. */
@NullMarked
package io.quorummq.core.credential;

import org.jspecify.annotations.NullMarked;
