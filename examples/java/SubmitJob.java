import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topics;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Submits a job, or cancels one: {@code SubmitJob CLIENT_PROPERTIES submit|cancel JOB_ID}. */
public final class SubmitJob {

    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of(args[0]))) {
            settings.load(file);
        }
        String jobId = args[2];
        Object payload = args[1].equals("cancel")
                ? JobCancelRequested.newBuilder().setReason("changed my mind").build()
                : JobSubmitted.newBuilder()
                        .setPool("default")
                        .setQueue("batch")
                        .setTeam("vision")
                        .setUser("ada")
                        .setGpus(2)
                        .setLimitMs(3_600_000L)
                        .build();
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        JobEvent event = JobEvent.newBuilder()
                .setEventId(now.toEpochMilli() + "-" + UUID.randomUUID())
                .setOccurredAt(now)
                .setActor("user:ada")
                .setPayload(payload)
                .build();
        SchemaRegistry registry = new SchemaRegistry(
                URI.create(settings.getProperty("schema.registry.url")),
                Path.of(settings.getProperty("millrace.schema.cache")));
        EventSerde<JobEvent> serde = EventSerde.of(Topics.JOB_EVENTS, registry);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), serde)) {
            var stored = producer.send(new ProducerRecord<>(Topics.JOB_EVENTS.name(), jobId, event)).get();
            System.out.println(jobId + " at " + stored);
        }
    }
}
