package io.millrace.monitor.delivery;

import io.millrace.events.alert.AlertEvent;
import io.millrace.events.alert.NotificationDue;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.Envelope;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one receiver all it is to be told, in the order of {@code alerts}: each notification until the receiver has
 * taken it, and the next one only then. Its place in the topic is kept by the broker, so that neither a receiver that is
 * down nor a restart loses one; after a crash the last may come twice, with the same id.
 */
public final class Delivery implements AutoCloseable {

    /** Takes a notification that its receiver understands and refuses, with the reason. */
    @FunctionalInterface
    public interface Refused {
        void take(ConsumerRecord<String, byte[]> record, String reason);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration GOODBYE = Duration.ofSeconds(3);
    private static final long LONGEST_PAUSE_MS = 30_000;
    private static final long FIRST_PAUSE_MS = 250;

    private final Receiver receiver;
    private final Map<String, Object> broker;
    private final EventSerde<AlertEvent> serde;
    private final Refused refused;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean closed;
    private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
    private final Thread thread;

    /** Starts at once. */
    public Delivery(Receiver receiver, Map<String, Object> broker, SchemaLookup schemas, Refused refused) {
        this.receiver = receiver;
        this.broker = broker;
        this.serde = EventSerde.of(Topics.ALERTS, schemas);
        this.refused = refused;
        this.thread =
                Thread.ofPlatform().name("delivery-" + receiver.name()).daemon().start(this::run);
    }

    public Receiver receiver() {
        return receiver;
    }

    /** Notifications that were taken. */
    public long delivered() {
        return delivered.get();
    }

    /** Attempts that failed and were, or are to be, repeated. */
    public long failed() {
        return failed.get();
    }

    private void run() {
        while (!closed) {
            try {
                follow();
            } catch (WakeupException | InterruptException e) {
                LOG.debug("delivery stops", e);
            } catch (RuntimeException e) {
                LOG.warn("delivery to {} begins anew after a failure", receiver, e);
                pause(LONGEST_PAUSE_MS / 10);
            }
        }
    }

    private void follow() {
        Map<String, Object> config = new HashMap<>(broker);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, "monitor-receiver-" + receiver.name());
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 100);
        try (KafkaConsumer<String, byte[]> opened =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer = opened;
            opened.subscribe(List.of(Topics.ALERTS.name()));
            while (!closed) {
                ConsumerRecords<String, byte[]> polled = opened.poll(POLL);
                for (ConsumerRecord<String, byte[]> record : polled) {
                    if (!deliver(opened, record)) {
                        return;
                    }
                }
            }
        } finally {
            consumer = null;
        }
    }

    /** Whether it is done with the record; else the place was lost or the service stops. */
    private boolean deliver(KafkaConsumer<String, byte[]> from, ConsumerRecord<String, byte[]> record) {
        NotificationDue due = notification(record);
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (due != null) {
            String body = Messages.body(receiver, due);
            long pause = FIRST_PAUSE_MS;
            from.pause(from.assignment());
            while (!sent(record, due, body)) {
                failed.incrementAndGet();
                for (long waited = 0; waited < pause; waited += POLL.toMillis()) {
                    from.poll(POLL); // nothing comes, for all is paused; but the group is told that somebody is here
                    if (closed || !from.assignment().contains(partition)) {
                        return false;
                    }
                }
                pause = Math.min(LONGEST_PAUSE_MS, 2 * pause);
            }
            from.resume(from.assignment());
        }
        from.commitSync(Map.of(partition, new OffsetAndMetadata(record.offset() + 1)));
        return true;
    }

    private @Nullable NotificationDue notification(ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            return null;
        }
        try {
            return serde.decode(record.value()).getPayload() instanceof NotificationDue due
                            && due.getReceiver().equals(receiver.name())
                    ? due
                    : null;
        } catch (UndecodableException e) {
            refused.take(record, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private boolean sent(ConsumerRecord<String, byte[]> record, NotificationDue due, String body) {
        HttpRequest.Builder asked = HttpRequest.newBuilder(receiver.url())
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", due.getNotificationId())
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        Header trace = record.headers().lastHeader(Envelope.TRACEPARENT);
        if (trace != null) {
            asked.header(Envelope.TRACEPARENT, new String(trace.value(), StandardCharsets.US_ASCII));
        }
        HttpRequest request = asked.build();
        try {
            HttpResponse<Void> answer = http.send(request, HttpResponse.BodyHandlers.discarding());
            int status = answer.statusCode();
            if (status / 100 == 2) {
                delivered.incrementAndGet();
                return true;
            }
            if (status / 100 == 4 && status != 408 && status != 425 && status != 429) {
                LOG.warn("{} refuses notification {}: status {}", receiver, due.getNotificationId(), status);
                refused.take(record, "receiver " + receiver.name() + " refused it with status " + status);
                return true;
            }
            LOG.warn("{} has not taken notification {}: status {}", receiver, due.getNotificationId(), status);
            return false;
        } catch (IOException e) {
            LOG.warn("{} does not answer: {}", receiver, String.valueOf(e.getMessage()));
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Name of the topic that takes what a receiver refused. */
    public static String refusedTopic() {
        return DeadLetter.topicOf(Topics.ALERTS.name());
    }

    @Override
    public void close() {
        closed = true;
        KafkaConsumer<String, byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
        try {
            // Interrupted at once, it would not say goodbye, and its successor would wait until it counts as dead.
            thread.join(GOODBYE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
