package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that dies without a word leaves transactions open; its successor has to end them. */
class KilledBrokerTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String GROUP = "readers";
    private static final TopicPartition SOURCE = new TopicPartition("numbers", 0);
    private static final TopicPartition TARGET = new TopicPartition("squares", 0);

    @TempDir
    private Path folder;

    private @Nullable Process broker;

    @AfterEach
    void killBroker() {
        if (broker != null) {
            broker.destroyForcibly();
        }
    }

    /** A broker on a port that none had before. */
    private Map<String, Object> startBroker() throws Exception {
        int port = Ports.freePort();
        Map<String, Object> operator =
                new HashMap<>(Credentials.in(folder.resolve("credentials")).client(Credentials.OPERATOR, null));
        operator.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port);
        broker = new ProcessBuilder(ChildJvm.in(folder)
                        .command(
                                List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                                List.of(
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        BrokerProcess.class.getName(),
                                        folder.resolve("broker").toString(),
                                        Integer.toString(port),
                                        "false",
                                        folder.resolve("credentials").toString())))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("broker.log").toFile()))
                .start();
        await().atMost(PATIENCE).until(() -> Probe.tcp(port).answers());
        return operator;
    }

    private void killHard() throws InterruptedException {
        assertThat(Objects.requireNonNull(broker).destroyForcibly().waitFor(10, TimeUnit.SECONDS))
                .isTrue();
    }

    private static Admin admin(Map<String, Object> operator) {
        return Admin.create(with(
                operator,
                Map.of(
                        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "5000",
                        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000")));
    }

    private static KafkaProducer<String, String> producer(Map<String, Object> operator, String transactionalId) {
        return new KafkaProducer<>(
                with(
                        operator,
                        Map.of(
                                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                                transactionalId,
                                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                                "3000")),
                new StringSerializer(),
                new StringSerializer());
    }

    private static Map<String, Object> with(Map<String, Object> client, Map<String, Object> more) {
        Map<String, Object> both = new HashMap<>(client);
        both.putAll(more);
        return both;
    }

    private static void square(KafkaProducer<String, String> producer, long offset) throws Exception {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(TARGET.topic(), "7", "49")).get();
        producer.sendOffsetsToTransaction(
                Map.of(SOURCE, new OffsetAndMetadata(offset)), new ConsumerGroupMetadata(GROUP));
    }

    private static long end(Admin admin, IsolationLevel isolation) throws ExecutionException, InterruptedException {
        return admin.listOffsets(Map.of(TARGET, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                .partitionResult(TARGET)
                .get()
                .offset();
    }

    @Test
    void shouldEndTheTransactionThatWasOpenAndKeepTheOneThatWasCommitted() throws Exception {
        Map<String, Object> first = startBroker();
        try (Admin admin = admin(first)) {
            admin.createTopics(List.of(
                            new NewTopic(SOURCE.topic(), 1, (short) 1), new NewTopic(TARGET.topic(), 1, (short) 1)))
                    .all()
                    .get();
        }
        try (KafkaProducer<String, String> producer = producer(first, "squarer")) {
            producer.initTransactions();
            square(producer, 1);
            producer.commitTransaction();
            square(producer, 2);
            killHard();
            producer.close(Duration.ZERO);
        }

        Map<String, Object> second = startBroker();
        try (Admin admin = admin(second)) {
            // A commit and an abort of one record each.
            await().atMost(PATIENCE).until(() -> end(admin, IsolationLevel.READ_COMMITTED) == 4);
            assertThat(end(admin, IsolationLevel.READ_UNCOMMITTED)).isEqualTo(4);
            assertThat(admin.listConsumerGroupOffsets(GROUP, new ListConsumerGroupOffsetsOptions().requireStable(true))
                            .partitionsToOffsetAndMetadata()
                            .get())
                    .isEqualTo(Map.of(SOURCE, new OffsetAndMetadata(1)));
        }
    }
}
