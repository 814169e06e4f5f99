package io.millrace.simulator.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads trace files: CSV, plain or gzipped, with a header line that names at least {@code job_id, submit_time_s, gpus,
 * duration_s}; {@code user, team, gpu_type, status} are read where they are there and other columns are ignored.
 */
public final class Trace {
    private static final long MS_PER_DAY = 86_400_000L;
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final int MOST_DIGITS = 18;

    private Trace() {}

    /**
     * The jobs in the order of the file.
     *
     * @throws TraceException when the file can't be read or a line makes no sense; names the line
     */
    public static List<TraceJob> read(Path file) {
        try (InputStream bytes = open(file);
                BufferedReader lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
            return new Parser(file).parse(lines);
        } catch (NoSuchFileException e) {
            throw new TraceException("Trace " + file + " does not exist.", e);
        } catch (IOException e) {
            throw new TraceException("Trace " + file + " can't be read: " + e.getMessage(), e);
        }
    }

    /** The jobs submitted on the days from {@code first} to {@code last}, both counted from 0 and included. */
    public static List<TraceJob> days(List<TraceJob> jobs, int first, int last) {
        if (first < 0 || last < first) {
            throw new TraceException("Days " + first + "-" + last + " are no span of days: say for example 12-14.");
        }
        return jobs.stream()
                .filter(job -> job.submitMs() >= first * MS_PER_DAY && job.submitMs() < (last + 1) * MS_PER_DAY)
                .toList();
    }

    // By content, not by name: a trace may be renamed or unpacked.
    private static InputStream open(Path file) throws IOException {
        boolean gzip;
        try (InputStream head = Files.newInputStream(file)) {
            byte[] magic = head.readNBytes(2);
            gzip = magic.length == 2 && ((magic[0] & 0xff) << 8 | (magic[1] & 0xff)) == GZIP_MAGIC;
        }
        InputStream bytes = Files.newInputStream(file);
        return gzip ? new GZIPInputStream(bytes, 1 << 16) : bytes;
    }

    private static final class Parser {
        private final Path file;
        private final Map<String, Integer> columns = new HashMap<>();
        private final Set<String> ids = new HashSet<>();
        private int line;

        Parser(Path file) {
            this.file = file;
        }

        List<TraceJob> parse(BufferedReader lines) throws IOException {
            String header = next(lines);
            if (header == null) {
                throw error("the file is empty: a header line is needed");
            }
            List<String> names = fields(header.startsWith("\uFEFF") ? header.substring(1) : header);
            for (int i = 0; i < names.size(); i++) {
                columns.putIfAbsent(names.get(i), i);
            }
            for (String required : List.of("job_id", "submit_time_s", "gpus", "duration_s")) {
                if (!columns.containsKey(required)) {
                    throw error("the header has no column " + required);
                }
            }
            List<TraceJob> jobs = new ArrayList<>();
            for (String text = next(lines); text != null; text = next(lines)) {
                if (!text.isBlank()) {
                    jobs.add(job(fields(text)));
                }
            }
            return jobs;
        }

        private @Nullable String next(BufferedReader lines) throws IOException {
            line++;
            return lines.readLine();
        }

        private TraceJob job(List<String> fields) {
            String id = text(fields, "job_id");
            if (id.isEmpty()) {
                throw error("job_id is empty");
            }
            if (!ids.add(id)) {
                throw error("job_id " + id + " is there a second time");
            }
            String user = text(fields, "user");
            String team = text(fields, "team");
            String gpuType = text(fields, "gpu_type");
            return new TraceJob(
                    id,
                    millis(fields, "submit_time_s"),
                    user.isEmpty() ? "unknown" : user,
                    team.isEmpty() ? "*" : team,
                    gpus(fields),
                    gpuType.isEmpty() ? null : gpuType,
                    millis(fields, "duration_s"),
                    end(text(fields, "status")));
        }

        private String text(List<String> fields, String column) {
            Integer index = columns.get(column);
            return index == null || index >= fields.size() ? "" : fields.get(index);
        }

        private BigDecimal number(List<String> fields, String column) {
            String text = text(fields, column);
            try {
                BigDecimal number = new BigDecimal(text);
                // 1e99999999 is a number that nobody could compute with.
                if (number.precision() - number.scale() > MOST_DIGITS || number.scale() > MOST_DIGITS) {
                    throw error(column + " is too large or too precise: " + text);
                }
                return number;
            } catch (NumberFormatException e) {
                throw error(column + " must be a number, not '" + text + "'");
            }
        }

        private long millis(List<String> fields, String column) {
            BigDecimal seconds = number(fields, column);
            if (seconds.signum() < 0) {
                throw error(column + " must not be negative: " + seconds);
            }
            try {
                return seconds.movePointRight(3)
                        .setScale(0, RoundingMode.HALF_UP)
                        .longValueExact();
            } catch (ArithmeticException e) {
                throw error(column + " is too large: " + seconds);
            }
        }

        private int gpus(List<String> fields) {
            try {
                int gpus = number(fields, "gpus").intValueExact();
                if (gpus >= 1) {
                    return gpus;
                }
            } catch (ArithmeticException e) {
                // Falls through to the same answer as a number below 1.
            }
            throw error("gpus must be a whole number of at least 1, not " + text(fields, "gpus"));
        }

        private TracedEnd end(String status) {
            return switch (status.toLowerCase(Locale.ROOT)) {
                case "", "completed" -> TracedEnd.COMPLETED;
                case "failed" -> TracedEnd.FAILED;
                case "killed" -> TracedEnd.KILLED;
                default -> throw error("status must be completed, failed, killed or empty, not '" + status + "'");
            };
        }

        private List<String> fields(String text) {
            List<String> fields = new ArrayList<>();
            StringBuilder field = new StringBuilder();
            boolean quoted = false;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (quoted && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    field.append(c);
                    i++;
                } else if (c == '"') {
                    quoted = !quoted;
                } else if (c == ',' && !quoted) {
                    fields.add(field.toString().strip());
                    field.setLength(0);
                } else {
                    field.append(c);
                }
            }
            if (quoted) {
                throw error("a quote is opened and not closed");
            }
            fields.add(field.toString().strip());
            return fields;
        }

        private TraceException error(String what) {
            return new TraceException(file + ", line " + line + ": " + what + ".");
        }
    }
}
