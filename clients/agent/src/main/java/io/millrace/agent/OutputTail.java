package io.millrace.agent;

import io.millrace.agent.domain.AttemptKey;
import io.millrace.events.log.LogAppended;
import io.millrace.events.log.LogEvent;
import io.millrace.events.log.LogTruncated;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends on what a process writes. Goes on after a restart from what was stored. */
final class OutputTail {

    /** So few that they are no more than 64 KiB even if each is replaced by three. */
    private static final int CHUNK_BYTES = 20 << 10;

    private static final int CHUNKS_AT_ONCE = 50;
    private static final String MARK = "output.sent";

    /** More of one process is not kept in the topic. */
    static final long MOST_BYTES = 16L << 20;

    private final AttemptKey key;
    private final AttemptFolder folder;
    private final String nodeId;
    private final int rank;
    private final Wire wire;
    private final long most;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean failed;
    private long stored;
    private long sent;

    OutputTail(AttemptKey key, AttemptFolder folder, String nodeId, int rank, Wire wire, long most) {
        this.key = key;
        this.folder = folder;
        this.nodeId = nodeId;
        this.rank = rank;
        this.wire = wire;
        this.most = most;
        String mark = folder.read(MARK);
        stored = mark == null ? 0 : Long.parseLong(mark);
        sent = stored;
    }

    /**
     * Sends what is new.
     *
     * @param last whether nothing more will be written
     * @return whether all of it is stored
     */
    boolean advance(boolean last, long now) {
        if (underWay.get() > 0) {
            return false;
        }
        if (failed) {
            failed = false;
            sent = stored;
        } else if (sent > stored) {
            stored = sent;
            folder.write(MARK, Long.toString(stored));
        }
        if (sent > most || !Files.isRegularFile(folder.output())) {
            return true;
        }
        try (RandomAccessFile file = new RandomAccessFile(folder.output().toFile(), "r")) {
            long length = file.length();
            for (int chunk = 0; chunk < CHUNKS_AT_ONCE && sent < length && sent < most; chunk++) {
                byte[] bytes = new byte[(int) Math.min(CHUNK_BYTES, Math.min(length, most) - sent)];
                file.seek(sent);
                file.readFully(bytes);
                int whole = last && sent + bytes.length == length ? bytes.length : wholeCharacters(bytes);
                if (whole == 0) {
                    break;
                }
                send(
                        new LogAppended(
                                key.attempt(), nodeId, rank, sent, new String(bytes, 0, whole, StandardCharsets.UTF_8)),
                        sent,
                        now);
                sent += whole;
            }
            if (sent >= most && length > most) {
                send(new LogTruncated(key.attempt(), nodeId, rank, sent), sent, now);
                sent = most + 1;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return underWay.get() == 0;
    }

    private void send(Object payload, long offset, long now) {
        underWay.incrementAndGet();
        LogEvent event = new LogEvent(
                key + "/" + nodeId + "/log/" + offset, Instant.ofEpochMilli(now), "agent:" + nodeId, payload);
        wire.send(Topics.JOB_LOGS, key.jobId(), event, now, stored -> {
            if (!stored) {
                failed = true;
            }
            underWay.decrementAndGet();
        });
    }

    /** How many of the bytes end with a whole character; a character that is not UTF-8 at all counts as whole. */
    static int wholeCharacters(byte[] bytes) {
        for (int back = 1; back <= Math.min(3, bytes.length); back++) {
            int lead = bytes[bytes.length - back] & 0xFF;
            if (lead < 0x80) {
                return bytes.length;
            }
            if (lead >= 0xC0) {
                int needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
                return needed > back ? bytes.length - back : bytes.length;
            }
        }
        return bytes.length;
    }
}
