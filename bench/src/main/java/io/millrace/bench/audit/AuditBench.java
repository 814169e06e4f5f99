package io.millrace.bench.audit;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.bench.Sample;
import io.millrace.bench.pipeline.Cluster;
import io.millrace.events.audit.AuditEvent;
import io.millrace.events.audit.EntryLogged;
import io.millrace.governance.audit.AuditSettings;
import io.millrace.governance.audit.AuditWriter;
import io.millrace.local.StackException;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;

/**
 * How many entries a second the audit log's writer appends, beside a plain transactional copy of the same records over the
 * same broker; how many records a second it covers where an entry covers 1,000; and how fast the log is verified, beside
 * plain SHA-256 over the same bytes.
 */
public final class AuditBench {

    /**
     * @param events of a round, in a topic whose records have an entry each
     * @param thousands of predictions a round and partition, of which an entry covers 1,000
     */
    public record Options(int events, int thousands, int rounds, long seed) {}

    /**
     * Rates are the medians of the rounds, which take turns.
     *
     * @param ratio the writer's rate as a part of the copy's
     * @param manyPerS records of a topic with very many, covered a second
     * @param verifyRatio the check's speed as a part of plain SHA-256's
     */
    public record Result(
            @JsonProperty("entries_per_s") double entriesPerS,
            @JsonProperty("plain_copy_per_s") double plainCopyPerS,
            @JsonProperty("ratio") double ratio,
            @JsonProperty("high_volume_records_per_s") double manyPerS,
            @JsonProperty("verified_mb_per_s") double verifiedMbPerS,
            @JsonProperty("sha256_mb_per_s") double sha256MbPerS,
            @JsonProperty("verify_ratio") double verifyRatio) {}

    private static final String LOG_ID = "bench/audit";
    private static final String SOURCE = "governance-bench-source";
    private static final String TARGET = "governance-bench-target";
    private static final int MOST = 1_000;
    private static final int QUIET = 10;
    private static final double MEGA = 1e6;
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private AuditBench() {}

    /** @param progress told of each round */
    public static Result run(Cluster cluster, Options options, Consumer<String> progress) {
        makeTopics(cluster);
        Events events = new Events(cluster, options.seed());
        AuditSettings settings =
                new AuditSettings(LOG_ID, MOST, Duration.ofDays(1).toMillis());
        List<Double> logged = new ArrayList<>();
        List<Double> copied = new ArrayList<>();
        List<Double> many = new ArrayList<>();
        try (AuditWriter writer = new AuditWriter(
                        cluster.clients().apply(Principal.GOVERNANCE),
                        cluster.schemas(),
                        settings,
                        InstantSource.system());
                PlainCopy copy = new PlainCopy(cluster, partitions(), TARGET)) {
            drain(writer);
            for (int round = 0; round <= options.rounds(); round++) {
                List<byte[]> jobs = events.jobs(options.events());
                events.send(Principal.USERS, Topics.JOB_EVENTS.name(), jobs);
                double entries = rate(options.events(), writer::step);
                events.send(Principal.GOVERNANCE, SOURCE, jobs);
                double records = rate(options.events(), copy::step);
                int each = options.thousands() * Topics.KEYED_PARTITIONS;
                events.send(Principal.USERS, Topics.PREDICTIONS.name(), events.predictions(each * MOST));
                double covered = rate(each, writer::step) * MOST;
                if (round > 0) { // the first one warms up
                    logged.add(entries);
                    copied.add(records);
                    many.add(covered);
                    progress.accept(String.format(
                            Locale.ROOT,
                            "round %d: %.0f entries/s, plain copy %.0f/s; high volume %.0f records/s",
                            round,
                            entries,
                            records,
                            covered));
                }
            }
        }
        VerifyBench verify = new VerifyBench(LOG_ID, lines(cluster));
        List<Double> verified = new ArrayList<>();
        List<Double> hashed = new ArrayList<>();
        for (int round = -options.rounds(); round < options.rounds(); round++) {
            double ours = verify.verified();
            double plain = verify.hashed();
            if (round >= 0) {
                verified.add(ours / MEGA);
                hashed.add(plain / MEGA);
            }
        }
        double entriesPerS = Sample.of(logged).median();
        double copyPerS = Sample.of(copied).median();
        double verifiedMb = Sample.of(verified).median();
        double hashedMb = Sample.of(hashed).median();
        return new Result(
                entriesPerS,
                copyPerS,
                entriesPerS / copyPerS,
                Sample.of(many).median(),
                verifiedMb,
                hashedMb,
                verifiedMb / hashedMb);
    }

    /** What others left in the topics is logged first. */
    private static void drain(AuditWriter writer) {
        for (int quiet = 0; quiet < QUIET; ) {
            quiet = writer.step() == 0 ? quiet + 1 : 0;
        }
    }

    /** How many a second, when steps do that many. */
    private static double rate(int count, IntSupplier step) {
        long began = System.nanoTime();
        int done = 0;
        while (done < count) {
            done += step.getAsInt();
            if (System.nanoTime() - began > LIMIT.toNanos()) {
                throw new StackException(done + " of " + count + " came through within " + LIMIT);
            }
        }
        if (done > count) {
            throw new StackException(done + " came through, of " + count + " that were sent");
        }
        return count / ((System.nanoTime() - began) / 1e9);
    }

    private static List<String> lines(Cluster cluster) {
        EventSerde<AuditEvent> serde = EventSerde.of(Topics.AUDIT_LOG, cluster.schemas());
        List<String> lines = new ArrayList<>();
        try (TopicReader reader =
                new TopicReader(cluster.clients().apply(Principal.GOVERNANCE), List.of(Topics.AUDIT_LOG.name()))) {
            reader.toEnd(record -> {
                if (LOG_ID.equals(record.key())
                        && serde.decode(record.value()).getPayload() instanceof EntryLogged logged) {
                    lines.add(logged.getEntry());
                }
            });
        }
        return lines;
    }

    private static List<TopicPartition> partitions() {
        return IntStream.range(0, Topics.KEYED_PARTITIONS)
                .mapToObj(partition -> new TopicPartition(SOURCE, partition))
                .toList();
    }

    private static void makeTopics(Cluster cluster) {
        try (Admin admin = Admin.create(cluster.clients().apply(Principal.GOVERNANCE))) {
            admin.createTopics(List.of(
                            new NewTopic(SOURCE, Optional.of(Topics.KEYED_PARTITIONS), Optional.empty())
                                    .configs(Map.of("retention.ms", "-1")),
                            new NewTopic(TARGET, Optional.of(1), Optional.empty())
                                    .configs(Map.of("retention.ms", "-1"))))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new StackException("can't create the topics to compare with: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the topics were created", e);
        }
    }
}
