/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.artemis;

import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.api.core.Pair;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.io.IOCriticalErrorListener;
import org.apache.activemq.artemis.core.journal.Journal;
import org.apache.activemq.artemis.core.paging.PagingManager;
import org.apache.activemq.artemis.core.persistence.StorageManager;
import org.apache.activemq.artemis.core.persistence.impl.journal.AddMessageRecord;
import org.apache.activemq.artemis.core.postoffice.PostOffice;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.NodeManager;
import org.apache.activemq.artemis.core.server.QueueFactory;
import org.apache.activemq.artemis.core.server.cluster.ha.PrimaryOnlyPolicy;
import org.apache.activemq.artemis.core.server.group.GroupingHandler;
import org.apache.activemq.artemis.core.server.impl.Activation;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.server.impl.JournalLoader;
import org.apache.activemq.artemis.core.server.impl.PostOfficeJournalLoader;
import org.apache.activemq.artemis.core.server.impl.PrimaryOnlyActivation;
import org.apache.activemq.artemis.core.server.management.ManagementService;
import org.apache.activemq.artemis.core.transaction.ResourceManager;

/** How the engine becomes active: as a single broker does, with the leases in force before any client is let in. */
final class EnginePolicy extends PrimaryOnlyPolicy {
    private final Visibility visibility;

    EnginePolicy(Visibility visibility) {
        this.visibility = visibility;
    }

    @Override
    public Activation createActivation(
            ActiveMQServerImpl server,
            boolean wasPrimary,
            Map<String, Object> activationParams,
            IOCriticalErrorListener onCriticalError) {
        return new EngineActivation(server);
    }

    private final class EngineActivation extends PrimaryOnlyActivation {
        EngineActivation(ActiveMQServerImpl server) {
            super(server, EnginePolicy.this);
        }

        @Override
        public JournalLoader createJournalLoader(
                PostOffice postOffice,
                PagingManager pagingManager,
                StorageManager storageManager,
                QueueFactory queueFactory,
                NodeManager nodeManager,
                ManagementService managementService,
                GroupingHandler groupingHandler,
                Configuration configuration,
                ActiveMQServer parentServer) {
            return new PostOfficeJournalLoader(
                    postOffice,
                    pagingManager,
                    storageManager,
                    queueFactory,
                    nodeManager,
                    managementService,
                    groupingHandler,
                    configuration) {
                /** Artemis would take for due what is due by this machine's clock; the gate decides, by the cluster's. */
                @Override
                public void handleAddMessage(Map<Long, Map<Long, AddMessageRecord>> messagesOfQueues) throws Exception {
                    for (var queue : messagesOfQueues.entrySet()) {
                        // queue by queue: a message may have another time in each
                        queue.getValue().values().forEach(EngineActivation::handOnSchedule);
                        super.handleAddMessage(Map.of(queue.getKey(), queue.getValue()));
                    }
                }

                @Override
                public void postLoad(
                        Journal messageJournal,
                        ResourceManager resourceManager,
                        Map<SimpleString, List<Pair<byte[], Long>>> duplicateIds)
                        throws Exception {
                    visibility.loaded();
                    super.postLoad(messageJournal, resourceManager, duplicateIds);
                }
            };
        }

        /** The record is left with nothing that Artemis would compare. */
        private static void handOnSchedule(AddMessageRecord record) {
            if (record.getScheduledDeliveryTime() != 0) {
                record.getMessage().setScheduledDeliveryTime(record.getScheduledDeliveryTime());
                record.setScheduledDeliveryTime(0);
            }
        }
    }
}
