package io.millrace.client;

import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.ProgressReported;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.events.run.RunEvent;
import io.millrace.events.run.RunStarted;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes to Millrace. What is said of jobs is stored when a call returns; what runs log and models answer is gathered,
 * sent in batches and stored by {@link #flush} and {@link #close} at the latest. An exit of the program flushes too. No
 * event is stored twice by a retry. Thread safe.
 */
public final class MillraceClient implements AutoCloseable {

    /** How long a job's event, and everything at the end, is waited for. */
    public static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Events that wait to be sent, at most. */
    private static final int BUFFER = 50_000;

    private static final Duration TICK = Duration.ofMillis(200);

    private final ClientConfig config;
    private final Clock clock;
    private final Identifiers identifiers;
    private final Outbox outbox;
    private final EventSerde<JobEvent> jobs;
    private final EventSerde<RunEvent> runs;
    private final EventSerde<PredictionEvent> predictions;
    private final Set<Run> running = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService ticker;
    private final Thread atExit = new Thread(this::exit, "millrace-exit");
    private boolean closed;

    /** By the file that the environment variable {@link ClientConfig#VARIABLE} names. */
    public static MillraceClient connect() {
        return new MillraceClient(ClientConfig.ofEnvironment());
    }

    /** @param file the {@code client.properties} that {@code up} wrote */
    public static MillraceClient connect(Path file) {
        return new MillraceClient(ClientConfig.read(file));
    }

    public MillraceClient(ClientConfig config) {
        this(
                config,
                Clock.systemUTC(),
                new Outbox(config.kafka(), BUFFER),
                new SchemaRegistry(config.registryUrl(), config.schemaCache(), config.authority()));
    }

    MillraceClient(ClientConfig config, Clock clock, Outbox outbox, SchemaLookup schemas) {
        this.config = config;
        this.clock = clock;
        this.identifiers = new Identifiers(clock);
        this.outbox = outbox;
        this.jobs = EventSerde.of(Topics.JOB_EVENTS, schemas);
        this.runs = EventSerde.of(Topics.RUN_EVENTS, schemas);
        this.predictions = EventSerde.of(Topics.PREDICTIONS, schemas);
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "millrace-runs");
            thread.setDaemon(true);
            return thread;
        });
        ticker.scheduleWithFixedDelay(
                () -> running.forEach(Run::tick), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    // ---- jobs

    /** Asks for a job to be run under a new id, which is returned. */
    public String submit(JobSubmitted job) {
        String jobId = identifiers.job();
        submit(new Submission(jobId, job));
        return jobId;
    }

    /** Asks for a job under a name. The same submission again changes nothing. */
    public void submit(Submission submission) {
        submit(List.of(submission));
    }

    /** Asks for many jobs; returns when all are stored. */
    public void submit(List<Submission> submissions) {
        List<CompletableFuture<Void>> all = submissions.stream()
                .map(submission -> hand(
                        submission.jobId(),
                        new JobEvent(
                                submission.eventId(),
                                now(),
                                "user:" + submission.job().getUser(),
                                submission.job())))
                .toList();
        all.forEach(this::await);
    }

    /** Says that a job is no longer wanted. */
    public void cancel(String jobId, String user, String reason) {
        cancel(List.of(jobId), user, reason);
    }

    /** Says that jobs are no longer wanted; returns when that is stored for all. */
    public void cancel(List<String> jobIds, String user, String reason) {
        List<CompletableFuture<Void>> all = jobIds.stream()
                .map(jobId -> tell(jobId, user, new JobCancelRequested(reason)))
                .toList();
        all.forEach(this::await);
    }

    /**
     * Says that an attempt can go on from a checkpoint, for code that no agent runs; code in a job has {@link
     * JobContext#checkpoint}.
     */
    public void checkpoint(String jobId, int attempt, String user, String path, long step) {
        await(tell(jobId, user, new CheckpointSaved(attempt, path, step)));
    }

    /**
     * Says how far an attempt is; code in a job has {@link JobContext#progress}.
     *
     * @param fraction from 0 to 1
     */
    public void progress(String jobId, int attempt, String user, double fraction, long step) {
        await(tell(jobId, user, new ProgressReported(attempt, fraction, step)));
    }

    // ---- runs and predictions

    /** Begins a run, or goes on with the one of the job that this code runs in. */
    public Run startRun(RunStarted started) {
        JobContext context = JobContext.current().orElse(null);
        RunStarted begun = context == null || started.getJobId() != null
                ? started
                : RunStarted.newBuilder(started)
                        .setJobId(context.jobId())
                        .setAttempt(context.attempt())
                        .build();
        Run run = new Run(this, context == null ? identifiers.run() : context.runId(), begun, clock);
        running.add(run);
        return run;
    }

    /**
     * Notes what a model answered. Never waits: where the buffer is full, the prediction is counted as lost.
     *
     * @return whether it was taken
     */
    public boolean predict(PredictionMade prediction) {
        String key = prediction.getModelName() + "/" + prediction.getModelVersion();
        PredictionEvent event = new PredictionEvent(identifiers.event(), now(), "model:" + key, prediction);
        return add(Topics.PREDICTIONS, predictions, key, event, failure -> {}, Duration.ZERO);
    }

    void log(String runId, String user, Object payload) {
        RunEvent event = new RunEvent(identifiers.event(), now(), "user:" + user, payload);
        add(Topics.RUN_EVENTS, runs, runId, event, failure -> {}, PATIENCE);
    }

    void ended(Run run) {
        running.remove(run);
    }

    // ---- sending

    private <E extends SpecificRecord> boolean add(
            Topic<E> topic,
            EventSerde<E> serde,
            String key,
            E event,
            Consumer<@Nullable Exception> outcome,
            Duration patience) {
        return outbox.add(
                new Outbox.Parcel(
                        topic.name(),
                        key,
                        clock.millis(),
                        () -> serde.serialize(topic.name(), event),
                        topic.headers(key, event),
                        outcome),
                patience);
    }

    private CompletableFuture<Void> tell(String jobId, String user, SpecificRecord payload) {
        return hand(jobId, new JobEvent(identifiers.event(), now(), "user:" + user, payload));
    }

    /** Done when the broker has it for good. */
    private CompletableFuture<Void> hand(String jobId, JobEvent event) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        add(
                Topics.JOB_EVENTS,
                jobs,
                jobId,
                event,
                failure -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(failure);
                    }
                },
                PATIENCE);
        return done;
    }

    private void await(CompletableFuture<Void> done) {
        try {
            done.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new ClientException(unanswered(outbox.newestFailure()), e);
        } catch (ExecutionException e) {
            throw new ClientException("Kafka did not take the event: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientException("interrupted; the event may or may not be stored", e);
        }
    }

    private String unanswered(@Nullable Exception failure) {
        String why = failure == null || failure instanceof org.apache.kafka.common.errors.TimeoutException
                ? "no answer from Kafka at " + config.kafka().get("bootstrap.servers")
                : String.valueOf(failure.getMessage());
        return why + "; 'millrace status' says how the stack is";
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Waits until everything that was said is stored; false if it is not within {@link #PATIENCE}. */
    public boolean flush() {
        running.forEach(Run::flush);
        return outbox.flush(PATIENCE);
    }

    /** Events that were handed over and are not known to be stored. */
    public long notStored() {
        return outbox.notStored();
    }

    /** @throws ClientException when something could not be stored; says how much, and why */
    @Override
    public void close() {
        close(PATIENCE);
    }

    /** @param patience how long to wait for what is not stored yet */
    public void close(Duration patience) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The program ends already.
        }
        ticker.shutdownNow();
        running.forEach(Run::flush);
        outbox.close(patience);
        long lost = outbox.notStored();
        if (lost > 0) {
            throw new ClientException(
                    lost + " of " + outbox.accepted() + " events were not stored: "
                            + unanswered(outbox.newestFailure()),
                    outbox.newestFailure());
        }
    }

    private void exit() {
        try {
            close();
        } catch (ClientException e) {
            System.err.println("millrace: " + e.getMessage());
        }
    }
}
