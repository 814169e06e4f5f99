package io.millrace.local;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;

/**
 * Writes markers of transactions as the coordinator would. Kafka's admin client has a call for this, but only for
 * aborts.
 *
 * @param brokerPort of the partitions' leader, on the loopback address
 */
record TransactionMarkers(int brokerPort) {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** The weakest check of a marker's epoch, that it is not the producer's past: all a repair can promise. */
    private static final short CHECKED_AS_VERSION = 0;

    /** Ends what the producer has open in the partition, and returns when that is written. */
    void write(TopicPartition partition, ProducerState producer, TransactionResult result) {
        WriteTxnMarkersRequest request = new WriteTxnMarkersRequest.Builder(List.of(new TxnMarkerEntry(
                        producer.producerId(),
                        (short) producer.producerEpoch(),
                        Math.max(0, producer.coordinatorEpoch().orElse(0)),
                        result,
                        List.of(partition),
                        CHECKED_AS_VERSION)))
                .build();
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

    private Errors send(WriteTxnMarkersRequest request, long producerId, TopicPartition partition) throws IOException {
        RequestHeader header =
                new RequestHeader(ApiKeys.WRITE_TXN_MARKERS, request.version(), "transaction-markers", 0);
        ByteBuffer message = request.serializeWithHeader(header);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), brokerPort)) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(message.remaining());
            out.write(message.array(), message.arrayOffset() + message.position(), message.remaining());
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = in.readNBytes(in.readInt());
            WriteTxnMarkersResponse response =
                    (WriteTxnMarkersResponse) AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
            return Objects.requireNonNull(
                    Objects.requireNonNull(response.errorsByProducerId().get(producerId))
                            .get(partition));
        }
    }
}
