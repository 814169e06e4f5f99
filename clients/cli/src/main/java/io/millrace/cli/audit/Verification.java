package io.millrace.cli.audit;

import io.millrace.cli.audit.ReadLog.Checked;
import io.millrace.governance.codec.EntryCodec;
import io.millrace.governance.domain.audit.SourceCheck;
import io.millrace.governance.domain.tree.CheckpointKey;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a log is worth: whether it is the one that was signed, and whether it says of the records in the topics what is so.
 *
 * @param sources what was found in the topics; null when nobody looked
 */
public record Verification(Checked log, SourceCheck.@Nullable Result sources, List<String> faults) {

    public Verification {
        faults = List.copyOf(faults);
    }

    /**
     * Checks the whole log, and holds what was logged in a time against the topics.
     *
     * @param witnessed notes that others kept
     * @param from what was logged from then on; null for all
     * @param to what was logged before; null for all, and for what is to be logged yet
     * @param sources null to check the log alone
     */
    public static Verification of(
            ReadLog log,
            CheckpointKey key,
            List<String> witnessed,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable Sources sources)
            throws IOException {
        List<String> faults = new ArrayList<>();
        SourceCheck check = new SourceCheck(
                from == null ? Long.MIN_VALUE : from.toEpochMilli(), to == null ? Long.MAX_VALUE : to.toEpochMilli());
        long[] index = {0};
        Checked checked = log.check(key, witnessed, line -> {
            try {
                check.entry(EntryCodec.parse(line));
            } catch (IllegalArgumentException e) {
                faults.add("in the place of entry " + index[0] + " lies what is none");
            }
            index[0]++;
        });
        faults.addAll(checked.faults());
        SourceCheck.Result found = null;
        if (sources != null) {
            sources.into(check);
            found = check.result();
            faults.addAll(found.faults());
        }
        return new Verification(checked, found, faults);
    }

    /** Whether nothing is wrong. */
    public boolean holds() {
        return faults.isEmpty();
    }

    /** Whether nothing is wrong, and nothing is left to be logged or signed. */
    public boolean isComplete() {
        return holds()
                && sources != null
                && sources.waiting() == 0
                && log.newest().size() == log.entries();
    }

    /** For machines; names are kept, new ones may come. */
    public Map<String, Object> keys() {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("verified", holds());
        keys.put("log_id", log.newest().origin());
        keys.put("entries", log.entries());
        keys.put("signed_entries", log.newest().size());
        keys.put("root", log.newest().root().base64());
        keys.put("checkpoints", log.checkpoints());
        if (sources != null) {
            keys.put("source_records", sources.records());
            keys.put("missing", sources.missing());
            keys.put("doubled", sources.doubled());
            keys.put("changed", sources.changed());
            keys.put("waiting", sources.waiting());
            keys.put("gone", sources.gone());
        }
        keys.put("faults", faults);
        return keys;
    }

    /** For people. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(log.newest().size())
                .append(" entries of ")
                .append(log.newest().origin())
                .append(" are those of ")
                .append(log.checkpoints())
                .append(" signed checkpoints; ")
                .append(log.entries() - log.newest().size())
                .append(" more are not signed yet\n");
        if (sources != null) {
            text.append(sources.records() - sources.waiting() - sources.missing() - sources.doubled())
                    .append(" of ")
                    .append(sources.records())
                    .append(" records in the topics are in one entry; ")
                    .append(sources.waiting())
                    .append(" are to be logged yet\n");
            if (sources.gone() > 0) {
                text.append(sources.gone()).append(" that were logged the topics keep no longer\n");
            }
        }
        text.append(holds() ? "verified\n" : "NOT verified\n");
        faults.forEach(fault -> text.append("  ").append(fault).append('\n'));
        return text.toString();
    }
}
