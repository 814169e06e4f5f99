package io.millrace.client;

import io.millrace.streams.RegistryUnavailableException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * What was handed over and is not stored yet, in order. A thread of its own encodes and sends it, and waits for a
 * registry or a broker that does not answer, so that callers don't. Thread safe.
 */
final class Outbox {

    /** An event on its way: encoded only when it is sent, since that may need the registry. */
    record Parcel(
            String topic,
            String key,
            long timestampMs,
            Supplier<byte[]> value,
            Headers headers,
            Consumer<@Nullable Exception> outcome) {}

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Producer<String, byte[]> producer;
    private final BlockingQueue<Parcel> queue;
    private final Thread sender;
    private final Object changed = new Object();
    private long accepted;
    private long stored;
    private long refused;
    private volatile @Nullable Exception newestFailure;
    private volatile boolean open = true;

    Outbox(Map<String, Object> kafka, int capacity) {
        this(new KafkaProducer<>(settings(kafka), new StringSerializer(), new ByteArraySerializer()), capacity);
    }

    Outbox(Producer<String, byte[]> producer, int capacity) {
        this.producer = producer;
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.sender = new Thread(this::sendAll, "millrace-outbox");
        sender.setDaemon(true);
        sender.start();
    }

    private static Map<String, Object> settings(Map<String, Object> kafka) {
        Map<String, Object> settings = new TreeMap<>(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        settings.putIfAbsent(ProducerConfig.CLIENT_ID_CONFIG, "millrace-client");
        settings.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "20");
        settings.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, "131072");
        settings.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        // An outage is waited for; whoever can't wait closes the client and is told what was not stored.
        settings.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, "1000");
        settings.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000");
        settings.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "86400000");
        return settings;
    }

    /**
     * @param patience how long to wait for room, if there is none
     * @return false where there was none: it is counted as not stored
     */
    boolean add(Parcel parcel, Duration patience) {
        if (!open) {
            throw new ClientException("this client is closed");
        }
        synchronized (changed) {
            accepted++;
        }
        boolean added = false;
        try {
            added = queue.offer(parcel) || queue.offer(parcel, patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!added) {
            settle(parcel, new ClientException("the buffer of " + queue.size() + " events is full"));
        }
        return added;
    }

    private void sendAll() {
        while (open) {
            try {
                send(queue.take());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void send(Parcel parcel) throws InterruptedException {
        AtomicBoolean notTaken = new AtomicBoolean();
        while (open) {
            try {
                notTaken.set(false);
                producer.send(record(parcel), (metadata, failure) -> {
                    // On this thread only what the producer did not even take, for want of a broker or of room.
                    if (failure instanceof TimeoutException && Thread.currentThread() == sender) {
                        newestFailure = failure;
                        notTaken.set(true);
                    } else {
                        settle(parcel, failure);
                    }
                });
                if (!notTaken.get()) {
                    return;
                }
            } catch (RegistryUnavailableException e) {
                newestFailure = e;
                Thread.sleep(PAUSE);
            } catch (InterruptException e) {
                throw new InterruptedException();
            } catch (RuntimeException e) {
                settle(parcel, e);
                return;
            }
        }
    }

    private static ProducerRecord<String, byte[]> record(Parcel parcel) {
        return new ProducerRecord<>(
                parcel.topic(),
                null,
                parcel.timestampMs(),
                parcel.key(),
                parcel.value().get(),
                parcel.headers());
    }

    private void settle(Parcel parcel, @Nullable Exception failure) {
        if (failure != null) {
            newestFailure = failure;
        }
        parcel.outcome().accept(failure);
        synchronized (changed) {
            if (failure == null) {
                stored++;
            } else {
                refused++;
            }
            changed.notifyAll();
        }
    }

    /** Waits until all that was added before is stored or refused. */
    boolean flush(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (changed) {
            long target = accepted;
            while (stored + refused < target) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(changed, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return true;
        }
    }

    /** Flushes and ends. What is not stored then never will be. */
    void close(Duration patience) {
        flush(patience);
        open = false;
        sender.interrupt();
        producer.close(Duration.ZERO);
    }

    long accepted() {
        synchronized (changed) {
            return accepted;
        }
    }

    /** Events that are not stored, or not known to be. */
    long notStored() {
        synchronized (changed) {
            return accepted - stored;
        }
    }

    /** What went wrong last; null when nothing did. */
    @Nullable
    Exception newestFailure() {
        return newestFailure;
    }
}
