/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.artemis.delay.Destinations.Destination;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.api.core.Message;

/** What becomes of a delayed message, as its queues are now. */
final class Fates {
    private final Destinations destinations;

    Fates(Destinations destinations) {
        this.destinations = destinations;
    }

    /**
     * What is to be done with a message now. Where neither queues nor ids are named it is deleted.
     *
     * @param deliver the queues that it goes to
     * @param stay the ids of the queues for which it waits on
     */
    record Fate(List<Destination> deliver, List<Long> stay) {}

    /** When something has to be done about the message; at once if nothing wants it any more. */
    long wake(Ticket ticket, Message message) {
        return live(ticket).stream()
                .mapToLong(destination -> Math.min(ticket.due(), destination.expiresAt(message)))
                .min()
                .orElse(0);
    }

    /** The ids of the queues that still want the message. */
    List<Long> wanting(Ticket ticket) {
        return live(ticket).stream()
                .map(destination -> destination.queue().getID())
                .toList();
    }

    /** What is to be done at this time. */
    Fate at(long now, Ticket ticket, Message message) {
        var deliver = new ArrayList<Destination>();
        var stay = new ArrayList<Long>();
        for (var destination : live(ticket)) {
            if (destination.expiresAt(message) <= now) {
                if (destination.keepsExpired()) {
                    deliver.add(destination);
                }
            } else if (ticket.due() <= now) {
                deliver.add(destination);
            } else {
                stay.add(destination.queue().getID());
            }
        }
        return new Fate(deliver, stay);
    }

    private List<Destination> live(Ticket ticket) {
        var live = new ArrayList<Destination>();
        for (var id : ticket.queues()) {
            destinations
                    .find(id)
                    .filter(destination -> ticket.firstId() >= destination.clearedBelow())
                    .ifPresent(live::add);
        }
        return live;
    }
}
