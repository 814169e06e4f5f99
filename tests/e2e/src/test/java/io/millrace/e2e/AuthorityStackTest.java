package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.decision.StopRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.events.org.OrgEvent;
import io.millrace.events.org.UserDefined;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.policy.PreemptionOrdered;
import io.millrace.events.policy.PriorityOverridden;
import io.millrace.local.ProjectRoot;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what on a stack as {@code up} starts it, and what is left of it in logs. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AuthorityStackTest {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String REASON = "{\"reason\": \"the board waits for it\"}";
    private static final int LAST = Integer.MAX_VALUE;

    @TempDir
    private static Path folder;

    private static @Nullable RunningStack running;

    /** A stack with a job that runs and two that wait. */
    @BeforeAll
    static void startStack() {
        RunningStack stack = RunningStack.start(folder.resolve("stack"), options -> options);
        running = stack;
        stack.send(
                Topics.NODE_EVENTS,
                "n-0",
                new NodeEvent(id(), Instant.now(), "agent:n-0", new NodeUp("default", 8, "V100", null, null)));
        submit("holder");
        await().atMost(SOON).until(() -> stack.stateOf("holder").equals("PLACED"));
        stack.send(
                Topics.ATTEMPT_EVENTS,
                "holder",
                new AttemptEvent(id(), Instant.now(), "agent:n-0", new JobStarted(1, List.of("n-0"))));
        submit("first");
        await().atMost(SOON).until(() -> stack.stateOf("first").equals("WAITING"));
        submit("second");
        await().atMost(SOON).until(() -> stack.stateOf("second").equals("WAITING"));
        await().atMost(SOON).until(() -> stack.stateOf("holder").equals("RUNNING"));
    }

    @AfterAll
    static void stopStack() {
        if (running != null) {
            running.close();
        }
    }

    private static RunningStack stack() {
        return Objects.requireNonNull(running);
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    private static void submit(String jobId) {
        JobSubmitted job = JobSubmitted.newBuilder()
                .setPool("default")
                .setQueue("batch")
                .setTeam("vision")
                .setUser("ada")
                .setGpus(8)
                .build();
        stack().send(Topics.JOB_EVENTS, jobId, new JobEvent(id(), Instant.now(), "user:ada", job));
    }

    private static String error(HttpResponse<String> answer) throws IOException {
        return new ObjectMapper().readTree(answer.body()).path("error").asText();
    }

    private static <E extends SpecificRecord> List<Object> payloads(Topic<E> topic) {
        return stack().committed(topic.name()).stream()
                .map(record -> {
                    E event = stack().decode(topic, record);
                    return event.get(event.getSchema().getField("payload").pos());
                })
                .toList();
    }

    @Test
    void shouldNotLetAUserForgeWhatIsNotHisToSay() {
        assertRefused(
                Topics.ATTEMPT_EVENTS,
                new AttemptEvent(
                        id(),
                        Instant.now(),
                        "agent:n-0",
                        JobCompleted.newBuilder().setAttempt(1).build()));
        assertRefused(
                Topics.JOB_DECISIONS,
                new JobDecision(
                        id(),
                        Instant.now(),
                        "service:scheduler",
                        "default",
                        1L,
                        new StopRequested(1, StopRequestCause.CANCELLED, 0L)));
        assertRefused(
                Topics.POLICY_EVENTS,
                new PolicyEvent(
                        id(),
                        Instant.now(),
                        "user:ada",
                        new PriorityOverridden("second", "default", "user:ada", "token", "I want it")));
        assertThat(stack().stateOf("holder")).isEqualTo("RUNNING");
    }

    private static <E extends SpecificRecord> void assertRefused(Topic<E> topic, E event) {
        byte[] value = EventSerde.of(topic, stack().registry()).serialize(null, event);
        try (var users = new KafkaProducer<>(
                stack().connection().kafkaProperties(), new StringSerializer(), new ByteArraySerializer())) {
            assertThatThrownBy(() -> users.send(new ProducerRecord<>(topic.name(), "holder", value))
                            .get())
                    .as(topic.name())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
    }

    // ---- REST

    private record Door(String method, String path, String body, String needs) {}

    @Test
    void shouldOpenEachDoorToTheRolesItIsForAndToNoOther() throws IOException {
        List<Door> doors = new ArrayList<>();
        for (String path : List.of(
                "/v1/queue",
                "/v1/jobs",
                "/v1/jobs/nobodys",
                "/v1/jobs/nobodys/explanation",
                "/v1/nodes",
                "/v1/usage",
                "/v1/pools/default/state",
                "/q/metrics")) {
            doors.add(new Door("GET", path, "", "viewer"));
        }
        doors.add(new Door("POST", "/v1/jobs/nobodys/override", REASON, "manager"));
        doors.add(new Door("POST", "/v1/jobs/nobodys/preemption", REASON, "manager"));
        doors.add(new Door("PUT", "/v1/policy", "no policy", "admin"));
        doors.add(new Door("PUT", "/v1/org", "no organisation", "admin"));
        List<String> roles = List.of("viewer", "user", "manager", "admin");
        for (Door door : doors) {
            for (String role : roles) {
                boolean open = roles.indexOf(role) >= roles.indexOf(door.needs());
                HttpResponse<String> answer = stack().ask(door.method(), door.path(), stack().token(role), door.body());
                if (open) {
                    assertThat(answer.statusCode()).as("%s by %s", door, role).isIn(200, 400, 404);
                } else {
                    assertThat(answer.statusCode()).as("%s by %s", door, role).isEqualTo(403);
                    assertThat(error(answer)).isEqualTo(role + " may not do this: it needs the role " + door.needs());
                }
            }
            for (String none : new String[] {null, "no-token-of-ours", stack().token("admin") + "x"}) {
                HttpResponse<String> answer = stack().ask(door.method(), door.path(), none, door.body());
                assertThat(answer.statusCode()).as("%s by %s", door, none).isEqualTo(401);
                assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
                if (door.path().startsWith("/v1")) {
                    assertThat(error(answer))
                            .isEqualTo(
                                    none == null
                                            ? "who asks needs a token: the header Authorization: Bearer TOKEN"
                                            : "this token is not known here, or has expired");
                }
            }
        }
        assertThat(stack().ask("GET", "/q/health", null, "").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldSayWhatIsWrongWithWhatItIsAskedFor() throws IOException {
        assertThat(answer("POST", "/v1/jobs/nobodys/override", REASON)).isEqualTo("404 there is no job nobodys");
        assertThat(answer("POST", "/v1/jobs/holder/override", REASON))
                .isEqualTo("409 job holder is RUNNING; only a job that waits can be put before others");
        assertThat(answer("POST", "/v1/jobs/first/preemption", REASON))
                .isEqualTo("409 job first is WAITING; only a job that runs can be preempted");
        assertThat(answer("POST", "/v1/jobs/first/override", "{\"reason\": \" \"}"))
                .isEqualTo("400 say why, in 1 to 1000 characters: {\"reason\": \"...\"}; it is kept for ever");
        assertThat(answer("PUT", "/v1/policy", "rules: everything")).startsWith("400 the policy can't be read");
        assertThat(answer("PUT", "/v1/org", "crews: {}")).startsWith("400 the organisation file can't be read");
        assertThat(answer("PUT", "/v1/policy", " "))
                .isEqualTo("400 the body must be the YAML document, at most 1048576 characters");
    }

    private static String answer(String method, String path, String body) throws IOException {
        HttpResponse<String> answer = stack().ask(method, path, stack().token("admin"), body);
        return answer.statusCode() + " " + error(answer);
    }

    // ---- the command line

    private static Outcome cli(String... command) {
        return Outcome.of(stack().data(), command);
    }

    private static String me() {
        return "user:" + System.getProperty("user.name").replaceAll("[^A-Za-z0-9._-]", "_");
    }

    @Test
    @Order(LAST - 1) // the job it preempts runs no more
    void shouldPutAJobBeforeOthersAndOrderAPreemption() {
        assertThat(cli("override", "second", "--reason", "the board waits for it")
                        .status())
                .isZero();
        assertThat(payloads(Topics.POLICY_EVENTS))
                .contains(new PriorityOverridden("second", "default", me(), "token", "the board waits for it"));
        await().atMost(SOON).untilAsserted(() -> assertThat(terms("second")).containsEntry("override", 200.0));
        assertThat(terms("first")).containsEntry("override", 0.0);
        assertThat(cli("preempt", "holder", "--reason", "a demonstration").status())
                .isZero();
        assertThat(payloads(Topics.POLICY_EVENTS))
                .contains(new PreemptionOrdered("holder", "default", me(), "token", "a demonstration"));
    }

    private static Map<String, Double> terms(String jobId) {
        Map<String, Double> terms = new LinkedHashMap<>();
        for (JsonNode term : stack().json("/v1/jobs/" + jobId + "/explanation")
                .path("priority")
                .path("terms")) {
            terms.put(term.path("term").asText(), term.path("points").asDouble());
        }
        return terms;
    }

    @Test
    @Order(LAST - 1)
    void shouldKeepAPolicyAndAnOrganisationThatAnAdministratorAdopted() throws IOException {
        String shipped = Files.readString(ProjectRoot.find().resolve("policies/default.yaml"));
        String document = "# by an administrator\n" + shipped;
        Path policy = Files.writeString(folder.resolve("policy.yaml"), document);
        Path org = Files.writeString(folder.resolve("org.yaml"), "users:\n  eve:\n    seniority_years: 3\n");
        assertThat(cli("policy", "adopt", policy.toString()).status()).isZero();
        assertThat(cli("org", "adopt", org.toString()).out())
                .isEqualTo("1 teams and users of " + org + " were new or changed.\n");
        assertThat(cli("org", "adopt", org.toString()).out())
                .isEqualTo("0 teams and users of " + org + " were new or changed.\n");
        String sha256 = PolicyDocument.sha256(document);
        assertThat(payloads(Topics.POLICY_EVENTS))
                .contains(new PolicyAdopted("scheduling", document, sha256, List.of("default"), "token"));
        assertThat(payloads(Topics.ORG_EVENTS))
                .containsExactly(new UserDefined("eve", 1, 3, List.of("default"), "token"));
        OrgEvent said = stack().decode(
                        Topics.ORG_EVENTS, stack().committed("org-events").getFirst());
        assertThat(said.getActor()).isEqualTo(me());
        await().atMost(SOON).until(() -> inForce().equals(sha256));
        stack().killAndAwaitSuccessor("scheduler");
        submit("third");
        await().atMost(SOON).until(() -> stack().stateOf("third").equals("WAITING"));
        assertThat(inForce()).as("a restart undoes nothing").isEqualTo(sha256);
    }

    private static String inForce() {
        return stack().json("/v1/pools/default/state").path("policy_sha256").asText();
    }

    @Test
    void shouldTellAUserWhatHeMayNotDoAndWhatToDo() throws IOException {
        Path users = Files.createDirectories(folder.resolve("users"));
        Path token = Files.writeString(folder.resolve("token"), stack().token("user") + "\n");
        List<String> lines = new ArrayList<>(Files.readAllLines(stack().data().resolve("client.properties")));
        lines.removeIf(line -> line.startsWith("millrace.token="));
        Path properties = Files.write(users.resolve("client.properties"), lines);
        assertThat(Outcome.of(users, "queue").err())
                .isEqualTo(
                        "millrace: the scheduler does not know you: who asks needs a token: the header Authorization:"
                                + " Bearer TOKEN. " + properties + " should say millrace.token=TOKEN, or"
                                + " millrace.token.file=FILE, with one of those in credentials/tokens of the stack's data folder;"
                                + " 'millrace up' reads that file\n");
        lines.add("millrace.token.file=" + token);
        Files.write(properties, lines);
        assertThat(Outcome.of(users, "queue").status()).isZero();
        assertThat(Outcome.of(users, "override", "first", "--reason", "mine"))
                .isEqualTo(new Outcome(
                        1,
                        "",
                        "millrace: the scheduler does not let you: user may not do this: it needs the role manager."
                                + " Ask somebody who has it, or for a token of that role\n"));
    }

    // ---- secrets

    @Test
    void shouldKeepSecretsInFilesThatOnlyTheirOwnerCanRead() throws IOException {
        Path data = stack().data();
        for (String file : List.of(
                "client.properties",
                "agent.properties",
                "simulator.properties",
                "operator.properties",
                "credentials/tokens",
                "credentials/users")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))))
                    .as(file)
                    .isEqualTo("rw-------");
        }
        for (String closed : List.of("credentials", "broker")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(closed))))
                    .as(closed)
                    .isEqualTo("rwx------");
        }
    }

    /** Last, so that every log has something of everything above. */
    @Test
    @Order(LAST)
    void shouldLogEveryRefusalAndNoSecret() throws IOException {
        List<String> secrets = new ArrayList<>(stack().tokens().values());
        try (Stream<Path> files = Files.list(stack().data().resolve("credentials"))) {
            for (Path file : files.filter(file -> !file.endsWith("tokens")).toList()) {
                secrets.add(Files.readString(file).strip());
            }
        }
        assertThat(secrets)
                .hasSize(4 + 9)
                .allSatisfy(secret -> assertThat(secret).hasSize(43));
        Map<String, String> logs = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(stack().data().resolve("logs"))) {
            for (Path file : files.toList()) {
                logs.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        logs.put("stack.json", Files.readString(stack().data().resolve("stack.json")));
        for (String process : List.of("broker", "registry", "scheduler")) {
            logs.put(
                    "command line of " + process,
                    stack().handle(process).info().commandLine().orElse(""));
        }
        assertThat(logs.keySet()).contains("broker.log", "registry.log", "scheduler.log", "supervisor.log");
        logs.forEach((name, text) -> secrets.forEach(
                secret -> assertThat(text.contains(secret)).as(name).isFalse()));
        assertThat(logs.get("broker.log"))
                .contains("Principal = User:users is Denied operation = WRITE")
                .contains("Topic:LITERAL:job-decisions");
        assertThat(logs.get("scheduler.log"))
                .contains("refused POST /v1/jobs/first/override to user: 403, user may not do this: it needs the role"
                        + " manager")
                .contains("refused GET /v1/queue to nobody known: 401, this token is not known here, or has expired")
                .contains("refused GET /q/metrics to nobody known: 401, ")
                .contains("refused PUT /v1/policy to " + me().substring("user:".length()) + ": 400, ");
    }
}
