/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.jms.jndi;

import io.quorummq.jms.QuorumMqConnectionFactory;
import java.util.Hashtable;
import javax.naming.Context;
import javax.naming.Name;
import javax.naming.NamingException;
import javax.naming.Reference;
import javax.naming.spi.ObjectFactory;
import org.jspecify.annotations.Nullable;

/** Makes a connection factory again out of what a directory stored of it. */
public final class QuorumMqObjectFactory implements ObjectFactory {
    /** Null for what is not a reference to a connection factory, as the contract demands. */
    @Override
    public @Nullable Object getObjectInstance(
            @Nullable Object object,
            @Nullable Name name,
            @Nullable Context context,
            @Nullable Hashtable<?, ?> environment)
            throws NamingException {
        if (!(object instanceof Reference reference)
                || !QuorumMqConnectionFactory.class.getName().equals(reference.getClassName())) {
            return null;
        }
        var uri = text(reference, QuorumMqConnectionFactory.URI);
        if (uri == null) {
            throw new NamingException(
                    "the reference " + name + " to a connection factory has no " + QuorumMqConnectionFactory.URI);
        }
        return new QuorumMqConnectionFactory(
                uri,
                text(reference, QuorumMqConnectionFactory.SECRET_ID),
                text(reference, QuorumMqConnectionFactory.SECRET_KEY));
    }

    private static @Nullable String text(Reference reference, String part) {
        var address = reference.get(part);
        return address == null ? null : String.valueOf(address.getContent());
    }
}
