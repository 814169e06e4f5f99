package io.millrace.local;

import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates the declared topics and the dead-letter topic of each; those that exist stay as they are. */
public final class TopicSetup {

    private static final String FOREVER = "-1";

    private TopicSetup() {}

    /** @param keepEverything no topic deletes by age, whatever times its records carry */
    public static void create(Admin admin, boolean keepEverything) {
        try {
            List<NewTopic> wanted = wanted(keepEverything);
            Set<String> present = admin.listTopics().names().get();
            requireSamePartitions(
                    admin,
                    wanted.stream()
                            .filter(topic -> present.contains(topic.name()))
                            .toList());
            createAll(
                    admin,
                    wanted.stream()
                            .filter(topic -> !present.contains(topic.name()))
                            .toList());
        } catch (ExecutionException e) {
            throw new StackException("can't create the topics: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the topics were created", e);
        }
    }

    static List<NewTopic> wanted(boolean keepEverything) {
        List<NewTopic> wanted = new ArrayList<>();
        for (Topic<?> topic : Topics.ALL) {
            wanted.add(newTopic(topic.name(), topic.partitions(), topic.brokerConfig(), keepEverything));
            Map<String, String> deadLetterConfig = Map.of(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_DELETE,
                    TopicConfig.RETENTION_MS_CONFIG,
                    Long.toString(Topics.DEAD_LETTER_RETENTION.toMillis()),
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    Integer.toString(Topic.LARGEST_MESSAGE));
            wanted.add(newTopic(topic.deadLetterTopic(), 1, deadLetterConfig, keepEverything));
        }
        return wanted;
    }

    private static NewTopic newTopic(String name, int partitions, Map<String, String> config, boolean keepEverything) {
        Map<String, String> settings = new HashMap<>(config);
        if (keepEverything) {
            settings.computeIfPresent(TopicConfig.RETENTION_MS_CONFIG, (key, value) -> FOREVER);
        }
        // As many replicas as the cluster makes by default.
        return new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(settings);
    }

    private static void requireSamePartitions(Admin admin, List<NewTopic> present)
            throws ExecutionException, InterruptedException {
        Map<String, TopicDescription> described = admin.describeTopics(
                        present.stream().map(NewTopic::name).toList())
                .allTopicNames()
                .get();
        for (NewTopic topic : present) {
            TopicDescription found = described.get(topic.name());
            if (found != null && found.partitions().size() != topic.numPartitions()) {
                throw new StackException(
                        "topic " + topic.name() + " has " + found.partitions().size()
                                + " partitions and should have " + topic.numPartitions()
                                + "; keys would change their partition, so start with a new data folder");
            }
        }
    }

    private static void createAll(Admin admin, List<NewTopic> missing) throws ExecutionException, InterruptedException {
        var results = admin.createTopics(missing).values();
        for (var result : results.values()) {
            try {
                result.get();
            } catch (ExecutionException e) {
                // Somebody else set up the same broker at the same time.
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
    }
}
