package io.millrace.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.agent.domain.AttemptKey;
import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.ProgressReported;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the lines that a job's code appends to its report file into events. The same line is the same event, however
 * often it is sent. Goes on after a restart from what was stored.
 */
final class ReportTail {

    private static final Logger LOG = LoggerFactory.getLogger(ReportTail.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BATCH_BYTES = 256 << 10;
    private static final String MARK = "reports.sent";

    private final AttemptKey key;
    private final AttemptFolder folder;
    private final String nodeId;
    private final Wire wire;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean failed;
    private Position stored;
    private Position sent;

    /**
     * How far it has read.
     *
     * @param offset in bytes
     * @param line number of the next line, from 0
     */
    private record Position(long offset, long line) {
        static Position parse(@Nullable String text) {
            if (text == null) {
                return new Position(0, 0);
            }
            int space = text.indexOf(' ');
            return new Position(Long.parseLong(text.substring(0, space)), Long.parseLong(text.substring(space + 1)));
        }
    }

    ReportTail(AttemptKey key, AttemptFolder folder, String nodeId, Wire wire) {
        this.key = key;
        this.folder = folder;
        this.nodeId = nodeId;
        this.wire = wire;
        stored = Position.parse(folder.read(MARK));
        sent = stored;
    }

    /** Sends the whole lines that are new; returns whether all of them are stored. */
    boolean advance(long now) {
        if (underWay.get() > 0) {
            return false;
        }
        if (failed) {
            failed = false;
            sent = stored;
        } else if (!sent.equals(stored)) {
            stored = sent;
            folder.write(MARK, stored.offset() + " " + stored.line());
        }
        if (!Files.isRegularFile(folder.reports())) {
            return true;
        }
        byte[] bytes = readOn();
        long start = sent.offset();
        int from = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                take(new String(bytes, from, at - from, StandardCharsets.UTF_8), now);
                from = at + 1;
                sent = new Position(start + from, sent.line() + 1);
            }
        }
        if (from == 0 && bytes.length == BATCH_BYTES) {
            LOG.warn("A line of {} is longer than {} bytes and is passed over", folder.reports(), BATCH_BYTES);
            sent = new Position(start + bytes.length, sent.line());
        }
        return underWay.get() == 0;
    }

    private byte[] readOn() {
        try (RandomAccessFile file = new RandomAccessFile(folder.reports().toFile(), "r")) {
            byte[] bytes = new byte[(int) Math.min(BATCH_BYTES, Math.max(0, file.length() - sent.offset()))];
            file.seek(sent.offset());
            file.readFully(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(String line, long now) {
        Object payload = line.isBlank() ? null : payload(line);
        if (payload == null) {
            return;
        }
        underWay.incrementAndGet();
        JobEvent event = new JobEvent(
                key + "/" + nodeId + "/report/" + sent.line(), Instant.ofEpochMilli(now), "agent:" + nodeId, payload);
        wire.send(Topics.JOB_EVENTS, key.jobId(), event, now, stored -> {
            if (!stored) {
                failed = true;
            }
            underWay.decrementAndGet();
        });
    }

    private @Nullable Object payload(String line) {
        try {
            JsonNode told = JSON.readTree(line);
            String event = told.path("event").asText();
            JsonNode step = told.path("step");
            if (event.equals("checkpoint") && told.path("path").isTextual() && step.canConvertToLong()) {
                return new CheckpointSaved(key.attempt(), told.path("path").asText(), step.asLong());
            }
            double fraction = told.path("fraction").asDouble(-1);
            if (event.equals("progress") && fraction >= 0 && fraction <= 1) {
                return new ProgressReported(key.attempt(), fraction, step.asLong(0));
            }
        } catch (JsonProcessingException e) {
            LOG.debug("no JSON: {}", line, e);
        }
        LOG.warn(
                "Line {} of {} is not understood, and is passed over; it is"
                        + " {\"event\":\"checkpoint\",\"path\":…,\"step\":…} or {\"event\":\"progress\",\"fraction\":0..1,\"step\":…}",
                sent.line(),
                folder.reports());
        return null;
    }
}
