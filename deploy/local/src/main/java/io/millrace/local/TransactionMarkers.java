package io.millrace.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.DefaultHostResolver;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/**
 * Writes markers of transactions as the coordinator would. Kafka's admin client has a call for this, but only for
 * aborts.
 *
 * @param client how the operator reaches the one broker
 */
record TransactionMarkers(Map<String, Object> client) {

    private static final String NAME = "transaction-markers";
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** The weakest check of a marker's epoch, that it is not the producer's past: all a repair can promise. */
    private static final short CHECKED_AS_VERSION = 0;

    /** Ends what the producer has open in the partition, and returns when that is written. */
    void write(TopicPartition partition, ProducerState producer, TransactionResult result) {
        WriteTxnMarkersRequest.Builder request = new WriteTxnMarkersRequest.Builder(List.of(new TxnMarkerEntry(
                producer.producerId(),
                (short) producer.producerEpoch(),
                Math.max(0, producer.coordinatorEpoch().orElse(0)),
                result,
                List.of(partition),
                CHECKED_AS_VERSION)));
        long deadline = System.nanoTime() + LIMIT.toNanos();
        try {
            Errors error;
            // The group coordinator may still be loading its partition.
            while ((error = send(request, producer.producerId(), partition)) != Errors.NONE) {
                if (!(error.exception() instanceof RetriableException) || System.nanoTime() > deadline) {
                    throw new StackException(
                            "can't end the transaction that hangs in " + partition + ": " + error.message());
                }
                Thread.sleep(20);
            }
        } catch (IOException e) {
            throw new StackException("can't end the transaction that hangs in " + partition + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while a hanging transaction was ended", e);
        }
    }

    private Errors send(WriteTxnMarkersRequest.Builder request, long producerId, TopicPartition partition)
            throws IOException {
        AdminClientConfig config = new AdminClientConfig(client);
        InetSocketAddress address =
                ClientUtils.parseAndValidateAddresses(config).getFirst();
        Node broker = new Node(0, address.getHostString(), address.getPort());
        try (Metrics metrics = new Metrics();
                NetworkClient network = ClientUtils.createNetworkClient(
                        config,
                        NAME,
                        metrics,
                        NAME,
                        new LogContext(),
                        new ApiVersions(),
                        Time.SYSTEM,
                        1,
                        (int) LIMIT.toMillis(),
                        null,
                        new ManualMetadataUpdater(List.of(broker)),
                        new DefaultHostResolver(),
                        null,
                        null)) {
            if (!NetworkClientUtils.awaitReady(network, broker, Time.SYSTEM, LIMIT.toMillis())) {
                throw new IOException("no connection to " + address + " within " + LIMIT);
            }
            ClientResponse answer = NetworkClientUtils.sendAndReceive(
                    network,
                    network.newClientRequest(broker.idString(), request, System.currentTimeMillis(), true),
                    Time.SYSTEM);
            if (!(answer.responseBody() instanceof WriteTxnMarkersResponse response)) {
                throw new IOException("no answer to a marker: " + answer);
            }
            return Objects.requireNonNull(
                    Objects.requireNonNull(response.errorsByProducerId().get(producerId))
                            .get(partition));
        }
    }
}
