package io.millrace.cli;

import io.millrace.events.log.LogAppended;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What the processes of a job wrote, as it is shown: once, however often it was sent, and line by line with whose it is
 * where several write.
 */
final class JobOutput {

    private record Source(String jobId, int attempt, int rank) {}

    /**
     * @param offset of the newest chunk
     * @param next where the next one should begin; too high where bytes were replaced, so -1 then
     */
    private record Seen(long offset, long next, String prefix, String unfinished) {}

    private static final char REPLACED = '\uFFFD';

    private final Consumer<String> out;
    private final Map<Source, Seen> sources = new LinkedHashMap<>();

    /** @param out takes text as it is to be printed, line ends included */
    JobOutput(Consumer<String> out) {
        this.out = out;
    }

    /** @param prefix of each line; where it is empty, text is shown as it comes and not line by line */
    void append(String jobId, LogAppended appended, String prefix) {
        Source source = new Source(jobId, appended.getAttempt(), appended.getRank());
        Seen seen = sources.getOrDefault(source, new Seen(-1, -1, prefix, ""));
        if (appended.getOffset() <= seen.offset()) {
            return;
        }
        byte[] bytes = appended.getText().getBytes(StandardCharsets.UTF_8);
        int known = (int) Math.max(0, Math.min(bytes.length, seen.next() - appended.getOffset()));
        String text = new String(bytes, known, bytes.length - known, StandardCharsets.UTF_8);
        long next = appended.getText().indexOf(REPLACED) >= 0 ? -1 : appended.getOffset() + bytes.length;
        if (prefix.isEmpty()) {
            out.accept(text);
            sources.put(source, new Seen(appended.getOffset(), next, prefix, ""));
            return;
        }
        String whole = seen.unfinished() + text;
        int end = whole.lastIndexOf('\n') + 1;
        whole.substring(0, end).lines().forEach(line -> out.accept(prefix + line + "\n"));
        sources.put(source, new Seen(appended.getOffset(), next, prefix, whole.substring(end)));
    }

    /** Shows lines that nobody ended. */
    void finish() {
        sources.values().stream()
                .filter(seen -> !seen.unfinished().isEmpty())
                .forEach(seen -> out.accept(seen.prefix() + seen.unfinished() + "\n"));
        sources.clear();
    }
}
