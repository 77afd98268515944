/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis.delay;

import io.quorummq.core.delay.Wheel;
import io.quorummq.core.delay.Wheel.Bucket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.postoffice.Binding;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.settings.impl.DiskFullMessagePolicy;

/**
 * The bucket queues of one engine. Each is made when it is needed for the first time and never deleted, because a
 * transaction names the queue of a message when it sends it, and may end much later.
 */
public final class Buckets {
    /** No queue of a user may be named like this. */
    private static final String PREFIX = "quorummq.delay.";

    /** Read as a whole, some at once. */
    private static final int PAGE_BYTES = 2 << 20;

    private final ActiveMQServer server;
    private final Map<Bucket, BucketQueue> queues = new ConcurrentHashMap<>();

    Buckets(ActiveMQServer server) {
        this.server = server;
    }

    /** Whether this is the address of a bucket. */
    public static boolean isBucket(SimpleString address) {
        return address.toString().startsWith(PREFIX);
    }

    /** The bucket whose queue is named like this. */
    public static Optional<Bucket> bucketOf(SimpleString name) {
        return isBucket(name) ? Wheel.bucket(name.toString().substring(PREFIX.length())) : Optional.empty();
    }

    /** What matches the addresses of all buckets. */
    public static String match() {
        return PREFIX + "#";
    }

    /** What holds for them: every message is on a page. */
    public static AddressSettings settings() {
        return new AddressSettings()
                .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
                .setMaxSizeBytes(0)
                .setPageSizeBytes(PAGE_BYTES)
                .setPageLimitBytes(-1L)
                .setPageLimitMessages(-1L)
                .setDiskFullMessagePolicy(DiskFullMessagePolicy.FAIL)
                .setAutoDeleteAddresses(false)
                .setAutoDeleteQueues(false)
                .setMaxDeliveryAttempts(-1);
    }

    /** The queue of this bucket; makes it if there is none yet, and waits until it is durable. */
    BucketQueue get(Bucket bucket) throws Exception {
        var known = queues.get(bucket);
        if (known != null) {
            return known;
        }
        var name = SimpleString.of(PREFIX + bucket.name());
        if (server.locateQueue(name) == null) {
            server.createQueue(
                    QueueConfiguration.of(name)
                            .setAddress(name)
                            .setRoutingType(RoutingType.ANYCAST)
                            .setDurable(true)
                            .setInternal(true)
                            .setAutoDelete(false)
                            .setAutoCreateAddress(true),
                    true);
        }
        if (server.locateQueue(name) instanceof BucketQueue made) {
            opened(made);
            return made;
        }
        throw new IllegalStateException("the queue " + name + " is not the bucket that it should be");
    }

    /** Every bucket of an engine that has been loaded. */
    List<BucketQueue> open() throws Exception {
        var names = server.getPostOffice()
                .getAllBindings()
                .map(Binding::getUniqueName)
                .filter(name -> bucketOf(name).isPresent())
                .toList();
        for (var name : names) {
            if (server.locateQueue(name) instanceof BucketQueue queue) {
                opened(queue);
            }
        }
        return all();
    }

    /** Every bucket that has a queue. */
    List<BucketQueue> all() {
        return List.copyOf(queues.values());
    }

    private void opened(BucketQueue queue) throws Exception {
        queue.getPagingStore().startPaging();
        queues.put(queue.bucket(), queue);
    }
}
