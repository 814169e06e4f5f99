package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.governance.audit.AuditSettings;
import io.millrace.governance.audit.AuditWriter;
import io.millrace.governance.audit.CheckpointSigner;
import io.millrace.governance.audit.WitnessFolder;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people ask of an audit log, on a real broker with a writer and a signer. */
class AuditCommandTest {

    private static final TestBroker BROKER = TestBroker.shared();
    private static final String JOB = "audited-" + UUID.randomUUID();
    private static final String ACTOR = "user:" + JOB;
    private static final String LOG_ID = "test/" + JOB;
    private static final int RECORDS = 40;

    @TempDir
    static Path stack;

    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void log() throws Exception {
        Map<String, Object> users = BROKER.client(Principal.USERS);
        Files.writeString(
                stack.resolve("client.properties"),
                Stream.concat(
                                users.entrySet().stream().map(one -> one.getKey() + "=" + one.getValue()),
                                Stream.of(
                                        "schema.registry.url=" + BROKER.registryUrl(),
                                        "millrace.schema.cache=" + BROKER.schemaCache()))
                        .collect(Collectors.joining("\n")));
        send(RECORDS);
        cover();
    }

    private static void send(int records) throws InterruptedException, ExecutionException {
        EventSerde<JobEvent> serde = EventSerde.of(Topics.JOB_EVENTS, BROKER.registry());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                new HashMap<>(BROKER.client(Principal.USERS)), new StringSerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                JobEvent event =
                        new JobEvent(JOB + "/" + i, Instant.ofEpochSecond(i), ACTOR, new JobCancelRequested("a test"));
                producer.send(new ProducerRecord<>(Topics.JOB_EVENTS.name(), JOB, serde.serialize(null, event)))
                        .get();
            }
        }
    }

    /** Logs and signs all that is there. */
    private static void cover() {
        Map<String, Object> governance = BROKER.client(Principal.GOVERNANCE);
        SchemaRegistry schemas = BROKER.registry();
        try (AuditWriter writer = new AuditWriter(
                        governance, schemas, new AuditSettings(LOG_ID, 100, 0), InstantSource.system());
                CheckpointSigner signer = new CheckpointSigner(
                        governance,
                        schemas,
                        LOG_ID,
                        stack.resolve("state/governance/audit"),
                        new WitnessFolder(stack.resolve("state/governance/witnessed"), Duration.ZERO),
                        InstantSource.system())) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ZERO)
                    .until(() -> {
                        writer.step();
                        signer.step();
                        return signer.newest().size() > 0
                                && json("verify", "--json").path("waiting").asLong() == 0;
                    });
        }
    }

    private static JsonNode json(String... arguments) throws IOException {
        StringWriter out = new StringWriter();
        run(out, new StringWriter(), arguments);
        return new ObjectMapper().readTree(out.toString());
    }

    private static int run(StringWriter out, StringWriter err, String... arguments) {
        Stream<String> where = List.of(arguments).contains("check-proof")
                ? Stream.of("--key", AuditOptions.stackKey(stack).toString())
                : Stream.of("--data", stack.toString(), "--log", LOG_ID);
        return Millrace.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(Stream.of(Stream.of("audit"), Stream.of(arguments), where)
                        .flatMap(part -> part)
                        .toArray(String[]::new));
    }

    private String told(int status, String... arguments) {
        StringWriter out = new StringWriter();
        assertThat(run(out, err, arguments)).as(out + "" + err).isEqualTo(status);
        return out.toString();
    }

    @Test
    void shouldVerifyTheLogAndTheRecordsItCovers() throws Exception {
        assertThat(told(0, "verify")).contains("entries of " + LOG_ID).endsWith("verified\n");
        JsonNode all = json("verify", "--json");
        assertThat(all.path("verified").asBoolean()).isTrue();
        assertThat(all.path("signed_entries")).isEqualTo(all.path("entries"));
        assertThat(all.path("source_records").asLong()).isGreaterThanOrEqualTo(RECORDS);
        assertThat(all.path("missing").asLong() + all.path("doubled").asLong()).isZero();
        assertThat(json("verify", "--json", "--to", "2001-01-01T00:00:00Z")
                        .path("source_records")
                        .asLong())
                .isZero();

        send(3);
        JsonNode more = json("verify", "--json");
        assertThat(more.path("waiting").asLong()).isEqualTo(3);
        assertThat(more.path("verified").asBoolean()).isTrue();
        cover();
        assertThat(json("verify", "--json").path("waiting").asLong()).isZero();
    }

    @Test
    void shouldShowWhatWasAskedFor() {
        String[] lines = told(0, "list", "--lines", "--actor", ACTOR, "--action", "JobCancelRequested")
                .split("\n");
        assertThat(lines).hasSizeGreaterThanOrEqualTo(RECORDS).allMatch(line -> line.contains(ACTOR));
        String[] some = told(
                        0, "list", "--subject", JOB, "--from", "1970-01-01T00:00:10Z", "--to", "1970-01-01T00:00:12Z")
                .split("\n");
        assertThat(some).hasSize(3);
        assertThat(some[2]).contains("1970-01-01T00:00:11Z", "JobCancelRequested", "job-events/");
        assertThat(told(0, "list", "--actor", ACTOR, "--last", "5").split("\n")).hasSize(6);
        assertThat(told(0, "list", "--actor", ACTOR, "--topic", "alerts").split("\n"))
                .hasSize(1);
    }

    @Test
    void shouldExportWhatIsCheckedWithoutAStack() throws IOException {
        Path exported = folder.resolve("exported");
        told(0, "export", exported.toString());
        assertThat(told(0, "verify", "--exported", exported.toString())).endsWith("verified\n");
        told(1, "export", exported.toString());
        assertThat(err.toString()).contains("is not empty; name a new folder");

        Path entries = exported.resolve("entries.jsonl");
        Files.writeString(entries, Files.readString(entries).replace("\"" + ACTOR + "\"", "\"user:another\""));
        assertThat(told(1, "verify", "--exported", exported.toString())).contains("NOT verified");
    }

    @Test
    void shouldProveEntriesToWhoeverHasTheKey() throws IOException {
        Path proof = Files.writeString(folder.resolve("proof.json"), told(0, "prove", "0"));
        assertThat(told(0, "check-proof", proof.toString())).startsWith("{\"v\":1,\"index\":0,");

        Path proofs = folder.resolve("proofs");
        told(0, "export", proofs.toString(), "--actor", ACTOR);
        Path file = proofs.resolve("proofs.jsonl");
        String[] proved = told(0, "check-proof", file.toString()).split("\n");
        assertThat(proved).hasSizeGreaterThanOrEqualTo(RECORDS).allMatch(line -> line.contains(ACTOR));
        Files.writeString(file, Files.readString(file).replaceFirst("JobCancelRequested", "JobSubmitted"));
        told(1, "check-proof", file.toString());
        assertThat(err.toString()).contains("the log of this checkpoint does not hold this as entry");

        String line = told(0, "list", "--lines", "--actor", ACTOR, "--last", "1");
        JsonNode last = new ObjectMapper().readTree(line);
        String record = "job-events/" + last.path("partition").asInt() + "/"
                + last.path("first_offset").asLong();
        assertThat(new ObjectMapper()
                        .readTree(told(0, "prove", record))
                        .path("entry")
                        .asText())
                .isEqualTo(line.strip());
    }

    @Test
    void shouldShowThatTheLogOnlyGrew() throws Exception {
        Path older = folder.resolve("older");
        told(0, "export", older.toString());
        send(2);
        cover();
        Path newer = folder.resolve("newer");
        told(0, "export", newer.toString());
        String kept = older.resolve("checkpoint").toString();
        told(0, "verify", "--witnessed", kept);
        Path aside = stack.resolve("state/governance/witnessed");
        told(0, "verify", "--witnessed", aside.toString());
        assertThat(aside.resolve(Files.readString(Path.of(kept)).split("\n")[1]))
                .hasSameTextualContentAs(Path.of(kept));
        told(0, "verify", "--exported", newer.toString(), "--witnessed", kept);
        assertThat(told(1, "verify", "--exported", older.toString(), "--witnessed", newer + "/checkpoint"))
                .contains("the log was cut");

        Path proof = Files.writeString(folder.resolve("proof.json"), told(0, "prove-growth", kept));
        assertThat(told(0, "check-proof", proof.toString())).contains("entries of " + LOG_ID + " begins with that of ");
        told(1, "prove-growth", "--exported", older.toString(), newer + "/checkpoint");
        assertThat(err.toString()).contains("it never had those");
        Path entries = newer.resolve("entries.jsonl");
        Files.writeString(entries, Files.readString(entries).replaceFirst("\"partition\":\\d", "\"partition\":77"));
        told(1, "prove-growth", "--exported", newer.toString(), kept);
        assertThat(err.toString()).contains("are not those of the checkpoint");
        JsonNode longer = new ObjectMapper().readTree(proof.toFile());
        Files.writeString(proof, longer.toString().replace("\"path\":[", "\"path\":[\"" + "A".repeat(43) + "=\","));
        told(1, "check-proof", proof.toString());
        assertThat(err.toString()).contains("does not begin with that of");
    }

    @Test
    void shouldSayWhatAJobWasAtATime() throws IOException {
        JsonNode then = json("replay", "--json", "--subject", "job/" + JOB, "--at", "1970-01-01T00:00:02Z");
        assertThat(then.path("verified").asBoolean()).isTrue();
        assertThat(then.path("state").path("cancel_requested").asText()).isEqualTo("a test");
        assertThat(then.path("events"))
                .allMatch(event -> event.path("at").asText().compareTo("1970-01-01T00:00:02Z") <= 0);
        assertThat(then.path("events")).hasSizeGreaterThanOrEqualTo(3);
        assertThat(told(0, "replay", "--subject", "job/" + JOB))
                .startsWith("job/" + JOB)
                .contains("cancel_requested  a test", "JobCancelRequested  job-events/")
                .endsWith("verified\n");
        assertThat(told(1, "replay", "--subject", "model/none-such")).contains("there was no such thing");
        told(2, "replay", "--subject", "job/");
        assertThat(err.toString()).contains("a subject is job/ID, model/NAME, policy/POOL");
    }

    @Test
    void shouldSayWhatToDo() {
        told(1, "prove", "999999999");
        assertThat(err.toString()).contains("has no entry 999999999", "try again then");
        told(2, "prove", "the-last");
        assertThat(err.toString()).contains("job-events/3/1204, not 'the-last'");
        told(1, "verify", "--key", folder.resolve("none.pem").toString());
        assertThat(err.toString()).contains("name the log's public key with --key FILE");
        told(2, "list", "--last", "0");
        assertThat(err.toString()).contains("--last must be a number from 1 on");
        assertThat(Millrace.commandLine()
                        .setErr(new PrintWriter(err))
                        .execute("audit", "verify", "--data", folder.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no stack is up", "start one with 'millrace up'");
    }
}
