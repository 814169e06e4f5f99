package io.millrace.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.requests.TransactionResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the transactions that a partition still holds open while the coordinator knows nothing more to do about them.
 * Until then no reader of committed records gets past them, and a group that committed offsets in one can't start.
 *
 * <p>They come of markers that the coordinator dropped because their partition had no leader for a moment: see {@link
 * SingleNode}, which keeps a killed broker from it; one that stood still for longer than its session, because its
 * machine slept, can still do it. Finding them is what {@code kafka-transactions.sh find-hanging} does (KIP-664). Its
 * {@code abort} would undo a part of a transaction that was committed, so the marker written here is the one that was
 * dropped: a commit if that is the last the coordinator knows of the producer.
 */
final class HangingTransactions {

    private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);

    private static final Duration COMPLETION_LIMIT = Duration.ofSeconds(10);

    private static final Set<TransactionState> BEING_COMPLETED = EnumSet.of(
            TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT, TransactionState.PREPARE_EPOCH_FENCE);

    /** What one producer wrote to one partition and nobody decided about. */
    private record Open(TopicPartition partition, ProducerState producer) {}

    private final Admin admin;
    private final TransactionMarkers markers;

    private HangingTransactions(Admin admin, TransactionMarkers markers) {
        this.admin = admin;
        this.markers = markers;
    }

    /**
     * To be called while no transaction begins.
     *
     * @param client how the operator reaches an {@link EmbeddedBroker}, whose one coordinator knows all transactions
     * @param admin made of it
     * @return how many were ended, one for each partition
     */
    static int end(Map<String, Object> client, Admin admin) {
        try {
            return new HangingTransactions(admin, new TransactionMarkers(client)).end();
        } catch (ExecutionException e) {
            throw new StackException("can't look for hanging transactions: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while hanging transactions were looked for", e);
        }
    }

    private int end() throws ExecutionException, InterruptedException {
        if (open().isEmpty()) {
            return 0;
        }
        awaitCoordinator();
        awaitCompletions();
        // In this order: what the coordinator has completed by now has its markers by the time partitions are asked.
        Collection<TransactionDescription> known = known();
        int ended = 0;
        for (Open transaction : open()) {
            if (known.stream().noneMatch(it -> isAtWork(it, transaction))) {
                end(transaction, known);
                ended++;
            }
        }
        return ended;
    }

    /** A coordinator that has yet to read its log lists nothing; one that is asked for an id answers when it has. */
    private void awaitCoordinator() throws ExecutionException, InterruptedException {
        try {
            admin.describeTransactions(List.of("nobody's")).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TransactionalIdNotFoundException)) {
                throw e;
            }
        }
    }

    /** What the coordinator is about to end needs no help. */
    private void awaitCompletions() throws ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + COMPLETION_LIMIT.toNanos();
        ListTransactionsOptions beingCompleted = new ListTransactionsOptions().filterStates(BEING_COMPLETED);
        Collection<TransactionListing> left;
        while (!(left = admin.listTransactions(beingCompleted).all().get()).isEmpty()) {
            if (System.nanoTime() > deadline) {
                LOG.warn("Still not completed after {}: {}", COMPLETION_LIMIT, left);
                return;
            }
            Thread.sleep(20);
        }
    }

    private List<Open> open() throws ExecutionException, InterruptedException {
        Set<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get();
        List<TopicPartition> partitions = new ArrayList<>();
        admin.describeTopics(topics)
                .allTopicNames()
                .get()
                .forEach((name, topic) -> topic.partitions()
                        .forEach(partition -> partitions.add(new TopicPartition(name, partition.partition()))));
        List<Open> open = new ArrayList<>();
        admin.describeProducers(partitions)
                .all()
                .get()
                .forEach((partition, state) -> state.activeProducers().stream()
                        .filter(producer ->
                                producer.currentTransactionStartOffset().isPresent())
                        .forEach(producer -> open.add(new Open(partition, producer))));
        return open;
    }

    private Collection<TransactionDescription> known() throws ExecutionException, InterruptedException {
        List<String> ids = admin.listTransactions().all().get().stream()
                .map(TransactionListing::transactionalId)
                .toList();
        return admin.describeTransactions(ids).all().get().values();
    }

    private static boolean isAtWork(TransactionDescription known, Open transaction) {
        return known.producerId() == transaction.producer().producerId()
                && (known.state() == TransactionState.ONGOING || BEING_COMPLETED.contains(known.state()))
                && known.topicPartitions().contains(transaction.partition());
    }

    private void end(Open transaction, Collection<TransactionDescription> known) {
        TransactionResult result = known.stream().anyMatch(it -> isCommitOf(it, transaction.producer()))
                ? TransactionResult.COMMIT
                : TransactionResult.ABORT;
        LOG.warn("Ending a transaction that hangs in {} with {}: {}", transaction.partition(), result, transaction);
        markers.write(transaction.partition(), transaction.producer(), result);
    }

    /** A commit moves its producer to the next epoch; only the old protocol's left it where it was. */
    private static boolean isCommitOf(TransactionDescription known, ProducerState producer) {
        return known.state() == TransactionState.COMPLETE_COMMIT
                && known.producerId() == producer.producerId()
                && (known.producerEpoch() == producer.producerEpoch() + 1
                        || known.producerEpoch() == producer.producerEpoch());
    }
}
