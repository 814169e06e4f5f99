package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may do what on a broker that runs: asked of it by real clients, and compared with what {@link Topics} says. */
class AuthorityTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);
    private static final byte[] VALUE = "there".getBytes(StandardCharsets.UTF_8);

    /** What a principal may do to a topic. */
    private record Right(Principal principal, String does, String topic) implements Comparable<Right> {
        @Override
        public int compareTo(Right other) {
            return toString().compareTo(other.toString());
        }
    }

    @TempDir
    private static Path folder;

    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedBroker.start(
                folder.resolve("broker"),
                0,
                false,
                BrokerAccess.guarded(Credentials.in(folder.resolve("users")), null));
        broker.setUp();
        // Something to be read in every topic.
        try (var producer = producer(broker.operator())) {
            for (String topic : allTopics()) {
                producer.send(new ProducerRecord<>(topic, 0, KEY, VALUE)).get();
            }
        }
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static List<String> allTopics() {
        return Topics.ALL.stream()
                .flatMap(topic -> Stream.of(topic.name(), topic.deadLetterTopic()))
                .toList();
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> client) {
        client.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) PATIENCE.toMillis());
        client.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
        return new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> client) {
        client.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
        client.put(ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
        return new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    // ---- principal x topic x (read, write)

    @Test
    void shouldLetEachPrincipalDoWhatTopicsSaysOfItAndNothingElse() throws Exception {
        SortedSet<Right> found = new TreeSet<>();
        try (ExecutorService each = Executors.newFixedThreadPool(3)) {
            List<Future<Set<Right>>> asked = Stream.of(Principal.values())
                    .map(principal -> each.submit(() -> rightsOf(principal)))
                    .toList();
            for (Future<Set<Right>> rights : asked) {
                found.addAll(rights.get());
            }
        }
        assertThat(found).containsExactlyElementsOf(declared());
    }

    private static SortedSet<Right> declared() {
        SortedSet<Right> declared = new TreeSet<>();
        for (Topic<?> topic : Topics.ALL) {
            topic.writers().forEach(writer -> declared.add(new Right(writer, "writes", topic.name())));
            topic.readers().forEach(reader -> declared.add(new Right(reader, "reads", topic.name())));
            for (Principal principal : Principal.values()) {
                declared.add(new Right(principal, "reads", topic.deadLetterTopic()));
                if (principal.isService() && topic.readers().contains(principal)) {
                    declared.add(new Right(principal, "writes", topic.deadLetterTopic()));
                }
            }
        }
        return declared;
    }

    private static Set<Right> rightsOf(Principal principal) throws Exception {
        Set<Right> rights = new TreeSet<>();
        try (var producer = producer(broker.client(principal));
                var consumer = consumer(broker.client(principal))) {
            for (String topic : allTopics()) {
                if (writes(producer, topic)) {
                    rights.add(new Right(principal, "writes", topic));
                }
                if (reads(consumer, topic)) {
                    rights.add(new Right(principal, "reads", topic));
                }
            }
        }
        return rights;
    }

    private static boolean writes(KafkaProducer<byte[], byte[]> producer, String topic) throws Exception {
        try {
            producer.send(new ProducerRecord<>(topic, 0, KEY, VALUE)).get();
            return true;
        } catch (AuthorizationException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return false;
            }
            throw e;
        }
    }

    private static boolean reads(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seek(partition, 0);
        try {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.poll(Duration.ofMillis(200)).isEmpty()) {
                assertThat(System.nanoTime()).as("nothing to read in " + topic).isLessThan(deadline);
            }
            return true;
        } catch (AuthorizationException e) {
            return false;
        }
    }

    // ---- what each has for itself

    @ParameterizedTest
    @EnumSource(Principal.class)
    void shouldGiveEachItsOwnGroupsAndTransactionsAndNobodyElses(Principal principal) {
        String own = principal.userName();
        String other = principal == Principal.SCHEDULER ? "users" : "scheduler";
        assertThat(mayJoin(principal, own)).isTrue();
        assertThat(mayJoin(principal, own + "-1")).isTrue();
        assertThat(mayJoin(principal, other)).isFalse();
        assertThat(mayJoin(principal, own + "1")).isFalse();
        assertThat(mayBegin(principal, own + "-1")).isTrue();
        assertThat(mayBegin(principal, other + "-1")).isFalse();
    }

    private static boolean mayJoin(Principal principal, String group) {
        Map<String, Object> client = broker.client(principal);
        client.put("group.id", group);
        try (var consumer = consumer(client)) {
            consumer.committed(Set.of(new TopicPartition(Topics.JOB_EVENTS.name(), 0)));
            return true;
        } catch (AuthorizationException e) {
            return false;
        }
    }

    private static boolean mayBegin(Principal principal, String transactionalId) {
        Map<String, Object> client = broker.client(principal);
        client.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        try (var producer = producer(client)) {
            producer.initTransactions();
            return true;
        } catch (AuthorizationException e) {
            return false;
        }
    }

    @Test
    void shouldLetServicesMakeTheTopicsOfTheirTopologiesAndNoOther() throws Exception {
        for (Principal principal : Principal.values()) {
            String internal = principal.userName() + "-app-changelog";
            assertThat(mayCreate(principal, internal)).as(internal).isEqualTo(principal.isService());
            assertThat(mayCreate(principal, "scheduled-" + principal.userName()))
                    .as("%s makes a topic", principal)
                    .isFalse();
        }
    }

    @Test
    void shouldNotTakeATopicOfEverybodysForOneOfATopology() {
        Set<String> owned = Stream.of(Principal.values())
                .filter(Principal::isService)
                .map(principal -> principal.userName() + "-")
                .collect(Collectors.toSet());
        for (Topic<?> topic : Topics.ALL) {
            assertThat(owned)
                    .as("a service may do everything to topics named like its own: rename it or the application, "
                            + topic)
                    .noneMatch(prefix -> topic.name().startsWith(prefix));
        }
    }

    private static boolean mayCreate(Principal principal, String topic) throws Exception {
        try (Admin admin = Admin.create(broker.client(principal))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return false;
            }
            throw e;
        }
    }

    @Test
    void shouldKeepWhatIsTheOperatorsFromEverybody() {
        for (Principal principal : Principal.values()) {
            try (Admin admin = Admin.create(broker.client(principal))) {
                AclBinding more = new AclBinding(
                        new ResourcePattern(ResourceType.TOPIC, "job-decisions", PatternType.LITERAL),
                        new AccessControlEntry(
                                "User:" + principal.userName(), "*", AclOperation.ALL, AclPermissionType.ALLOW));
                assertThatThrownBy(() -> admin.createAcls(List.of(more)).all().get())
                        .hasCauseInstanceOf(AuthorizationException.class);
                assertThatThrownBy(() -> admin.deleteAcls(List.of(AclBindingFilter.ANY))
                                .all()
                                .get())
                        .hasCauseInstanceOf(AuthorizationException.class);
                assertThatThrownBy(() -> admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                                        "operator",
                                        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                                        "mine")))
                                .all()
                                .get())
                        .hasCauseInstanceOf(AuthorizationException.class);
                assertThatThrownBy(() -> admin.deleteTopics(List.of("job-decisions"))
                                .all()
                                .get())
                        .hasCauseInstanceOf(AuthorizationException.class);
            }
        }
    }

    // ---- who isn't who he says he is

    @Test
    void shouldLetNobodyInWithoutHisPassword() {
        String login = String.valueOf(broker.client(Principal.USERS).get("sasl.jaas.config"));
        Map<String, Object> wrong = broker.client(Principal.USERS);
        wrong.put("sasl.jaas.config", login.replace("username=\"users\"", "username=\"scheduler\""));
        assertThatThrownBy(() -> send(wrong)).isInstanceOf(SaslAuthenticationException.class);

        Map<String, Object> plain = broker.client(Principal.USERS);
        plain.put("sasl.mechanism", "PLAIN");
        plain.put("sasl.jaas.config", login.replace(".scram.Scram", ".plain.Plain"));
        assertThatThrownBy(() -> send(plain)).isInstanceOf(UnsupportedSaslMechanismException.class);

        Map<String, Object> anonymous = Map.of("bootstrap.servers", broker.bootstrapServers());
        assertThatThrownBy(() -> send(anonymous)).isInstanceOf(TimeoutException.class);
    }

    private static void send(Map<String, Object> client) throws Exception {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000);
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(Topics.JOB_EVENTS.name(), VALUE)).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    // ---- setting it up

    @Test
    void shouldTakeBackWhatTopicsNoLongerSaysAndLeaveOthersAlone() throws Exception {
        AclBinding obsolete = new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, "given-up", PatternType.LITERAL),
                new AccessControlEntry("User:users", "*", AclOperation.WRITE, AclPermissionType.ALLOW));
        AclBinding somebodys = new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, "somebodys", PatternType.LITERAL),
                new AccessControlEntry("User:somebody", "*", AclOperation.WRITE, AclPermissionType.ALLOW));
        try (Admin admin = Admin.create(broker.operator())) {
            admin.createAcls(List.of(obsolete, somebodys)).all().get();
            AclSetup.apply(admin);
            AclSetup.apply(admin);
            List<AclBinding> left = new ArrayList<>(
                    admin.describeAcls(AclBindingFilter.ANY).values().get());
            assertThat(left).contains(somebodys).doesNotContain(obsolete).containsAll(AclSetup.wanted());
            admin.deleteAcls(List.of(somebodys.toFilter())).all().get();
        }
    }
}
