package io.millrace.client;

import io.millrace.events.run.ArtifactLogged;
import io.millrace.events.run.DatasetInput;
import io.millrace.events.run.InputsLogged;
import io.millrace.events.run.ManifestRecorded;
import io.millrace.events.run.Metric;
import io.millrace.events.run.MetricsLogged;
import io.millrace.events.run.ParamsLogged;
import io.millrace.events.run.RunEnded;
import io.millrace.events.run.RunHeartbeat;
import io.millrace.events.run.RunStarted;
import io.millrace.events.run.RunStatus;
import io.millrace.events.run.TagsSet;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** A run that goes on. Its metrics are gathered and sent many at once, within a fraction of a second. Thread safe. */
public final class Run implements AutoCloseable {

    private static final int METRICS_AT_ONCE = 1000;

    private final MillraceClient client;
    private final String id;
    private final RunStarted started;
    private final Clock clock;
    private List<Metric> metrics = new ArrayList<>();
    private long heardOfAt;
    private boolean ended;

    Run(MillraceClient client, String id, RunStarted started, Clock clock) {
        this.client = client;
        this.id = id;
        this.started = started;
        this.clock = clock;
        say(started);
    }

    /** 32 hex digits; in a job the same in every attempt. */
    public String id() {
        return id;
    }

    public void params(Map<String, String> params) {
        say(new ParamsLogged(params));
    }

    public void metric(String key, double value, long step) {
        add(new Metric(key, value, step, clock.instant().truncatedTo(ChronoUnit.MILLIS)));
    }

    private synchronized void add(Metric metric) {
        requireGoingOn();
        metrics.add(metric);
        if (metrics.size() == METRICS_AT_ONCE) {
            flush();
        }
    }

    public void tags(Map<String, String> tags) {
        say(new TagsSet(tags, List.of()));
    }

    public void inputs(List<DatasetInput> inputs) {
        say(new InputsLogged(inputs));
    }

    /**
     * Tells of a file that lies somewhere already.
     *
     * @param path its name within the run
     * @param sha256 in hex; null if nobody computed it
     */
    public void artifact(String path, String uri, long bytes, @Nullable String sha256) {
        say(new ArtifactLogged(path, uri, bytes, sha256));
    }

    public void manifest(ManifestRecorded manifest) {
        say(manifest);
    }

    public synchronized void end(RunStatus status, String message) {
        if (!ended) {
            say(new RunEnded(status, message));
            ended = true;
            client.ended(this);
        }
    }

    /** Ends it as finished, if it has not ended. */
    @Override
    public void close() {
        end(RunStatus.FINISHED, "");
    }

    /** In the order of the calls: metrics said before go first. */
    private synchronized void say(SpecificRecord payload) {
        requireGoingOn();
        flush();
        heardOfAt = clock.millis();
        client.log(id, started.getUser(), payload);
    }

    /** Hands on what was gathered. */
    synchronized void flush() {
        if (!metrics.isEmpty()) {
            List<Metric> gathered = metrics;
            metrics = new ArrayList<>();
            heardOfAt = clock.millis();
            client.log(id, started.getUser(), new MetricsLogged(gathered));
        }
    }

    synchronized void tick() {
        flush();
        Long silent = started.getSilentAfterMs();
        if (!ended && silent != null && clock.millis() - heardOfAt >= silent / 3) {
            say(new RunHeartbeat(silent));
        }
    }

    private void requireGoingOn() {
        if (ended) {
            throw new ClientException("run " + id + " has ended");
        }
    }
}
