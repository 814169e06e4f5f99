package io.millrace.cli.demo;

import io.millrace.cli.audit.ReadLog;
import io.millrace.cli.audit.Sources;
import io.millrace.cli.audit.Verification;
import io.millrace.governance.domain.tree.CheckpointKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the audit log is worth after a play, by a count of the topics themselves.
 *
 * @param entries that the log has
 * @param sourceRecords that lie in the audited topics
 * @param missing records in no entry
 * @param doubled records in more than one
 * @param verified whether the log is the one that was signed, all of it, and says of all records what is so
 * @param found what does not hold, in sentences
 */
public record AuditOutcome(
        long entries, long sourceRecords, long missing, long doubled, boolean verified, List<String> found) {

    private static final long LOOK_AGAIN_MS = 500;

    public AuditOutcome {
        found = List.copyOf(found);
    }

    /**
     * What is found as soon as all is logged and signed, or that is hopeless.
     *
     * @param log read anew each time
     */
    public static AuditOutcome of(Supplier<ReadLog> log, CheckpointKey key, Sources sources, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            boolean over = System.nanoTime() > deadline;
            try {
                Verification found = Verification.of(log.get(), key, List.of(), null, null, sources);
                if (found.isComplete() || !found.holds() || over) {
                    return of(found);
                }
            } catch (IOException | IllegalArgumentException e) {
                if (over) {
                    return new AuditOutcome(
                            0, 0, 0, 0, false, List.of("The audit log can't be verified: " + e.getMessage()));
                }
            }
            pause();
        }
    }

    /** After the last there is nobody who would log what waits. */
    private static AuditOutcome of(Verification found) {
        var sources = found.sources();
        List<String> faults = new ArrayList<>(found.faults());
        if (found.log().newest().size() < found.log().entries()) {
            faults.add((found.log().entries() - found.log().newest().size())
                    + " entries of the audit log are not signed.");
        }
        return new AuditOutcome(
                found.log().entries(),
                sources == null ? 0 : sources.records(),
                sources == null ? 0 : sources.missing() + sources.waiting(),
                sources == null ? 0 : sources.doubled(),
                found.isComplete(),
                faults);
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_AGAIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is not as it must be, in sentences; empty when all is well. */
    List<String> faults() {
        List<String> faults = new ArrayList<>(found);
        if (missing != 0) {
            faults.add(missing + " records of audited topics are in no entry of the audit log.");
        }
        if (doubled != 0) {
            faults.add(doubled + " records of audited topics are in more than one entry of the audit log.");
        }
        if (!verified && faults.isEmpty()) {
            faults.add("The audit log could not be verified.");
        }
        return faults;
    }

    /** For machines. */
    void addTo(Map<String, Object> keys) {
        keys.put("audit_entries", entries);
        keys.put("audit_source_records", sourceRecords);
        keys.put("audit_missing", missing);
        keys.put("audit_doubled", doubled);
        keys.put("audit_verified", verified);
    }
}
