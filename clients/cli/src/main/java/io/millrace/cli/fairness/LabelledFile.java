package io.millrace.cli.fairness;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.millrace.governance.domain.fairness.FairnessCounts;
import io.millrace.governance.domain.fairness.Group;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decisions counted from a file of comma-separated values with a head line, gzipped or not.
 *
 * @param all counts of the whole file
 * @param over the same by value of {@link Columns#over}; empty where there is none
 */
public record LabelledFile(FairnessCounts all, SortedMap<String, FairnessCounts> over) {

    /** A column with more values than this groups nobody. */
    static final int MOST_VALUES = 100;

    /** What those are called who have nothing in a group's column. */
    static final String NONE = "(none)";

    private static final ObjectReader ROWS = new CsvMapper()
            .readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(CsvParser.Feature.TRIM_SPACES)
            .with(CsvParser.Feature.SKIP_EMPTY_LINES);

    /**
     * @param order of the values of {@link Columns#over}
     * @throws LabelledFileException when the file can't be read, or is not of that form
     */
    public static LabelledFile read(Path file, Columns columns, Comparator<String> order) {
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
                Reader text = new InputStreamReader(plain(bytes), StandardCharsets.UTF_8);
                MappingIterator<String[]> rows = ROWS.readValues(text)) {
            if (!rows.hasNextValue()) {
                throw new LabelledFileException(file + " is empty");
            }
            Counting counting = new Counting(file, columns, rows.nextValue(), order);
            while (rows.hasNextValue()) {
                String[] row = rows.nextValue();
                counting.count(row, rows.getCurrentLocation().getLineNr() - 1L);
            }
            return counting.done();
        } catch (NoSuchFileException e) {
            throw new LabelledFileException("there is no file " + file, e);
        } catch (IOException e) {
            throw new LabelledFileException("can't read " + file + ": " + e.getMessage(), e);
        }
    }

    /** The bytes themselves, or what they hold where they are gzipped. */
    private static InputStream plain(InputStream bytes) throws IOException {
        bytes.mark(2);
        boolean zipped = bytes.read() == 0x1f && bytes.read() == 0x8b;
        bytes.reset();
        return zipped ? new GZIPInputStream(bytes) : bytes;
    }

    private static final class Counting {
        private final Path file;
        private final Columns columns;
        private final List<String> names;
        private final int label;
        private final int prediction;
        private final int score;
        private final int over;
        private final int[] groups;
        private final YesNo labels;
        private final YesNo predictions;
        private final FairnessCounts all = new FairnessCounts();
        private final TreeMap<String, FairnessCounts> parts;
        private final Map<List<String>, List<Group>> groupsOf = new HashMap<>();
        private final List<TreeSet<String>> values = new ArrayList<>();

        Counting(Path file, Columns columns, String[] head, Comparator<String> order) {
            this.file = file;
            this.columns = columns;
            if (head.length > 0 && head[0].startsWith("\uFEFF")) {
                head[0] = head[0].substring(1);
            }
            this.names = List.of(head);
            this.label = index(columns.label());
            this.prediction = index(columns.prediction());
            this.score = indexOrNone(columns.score());
            this.over = indexOrNone(columns.over());
            this.groups = columns.groups().stream().mapToInt(this::index).toArray();
            this.labels = new YesNo(columns.label(), columns.positive());
            this.predictions = new YesNo(columns.prediction(), columns.positive());
            this.parts = new TreeMap<>(order);
            columns.groups().forEach(name -> values.add(new TreeSet<>()));
        }

        private int indexOrNone(@Nullable String name) {
            return name == null ? -1 : index(name);
        }

        private int index(String name) {
            int index = names.indexOf(name);
            if (index < 0) {
                throw new LabelledFileException(
                        file + " has no column '" + name + "'; its columns are " + String.join(", ", names));
            }
            return index;
        }

        void count(String[] row, long line) {
            if (row.length != names.size()) {
                throw new LabelledFileException("line " + line + " of " + file + " has " + row.length
                        + " cells, and its head has " + names.size());
            }
            if (row[prediction].isEmpty()) {
                throw new LabelledFileException("line " + line + " of " + file + " has nothing in column '"
                        + columns.prediction() + "', where every row has a decision");
            }
            boolean selected = predictions.isYes(row[prediction], line);
            Boolean actual = row[label].isEmpty() ? null : (Boolean) labels.isYes(row[label], line);
            List<Group> of = groupsOf.computeIfAbsent(
                    Arrays.stream(groups).mapToObj(i -> row[i]).toList(), this::groups);
            add(all, of, selected, actual, row, line);
            if (over >= 0) {
                String part = row[over].isEmpty() ? NONE : row[over];
                add(parts.computeIfAbsent(part, key -> new FairnessCounts()), of, selected, actual, row, line);
            }
        }

        private void add(
                FairnessCounts counts,
                List<Group> of,
                boolean selected,
                @Nullable Boolean actual,
                String[] row,
                long line) {
            counts.answered(of, selected);
            if (actual != null) {
                counts.known(of, selected, actual);
                if (score >= 0 && !row[score].isEmpty()) {
                    counts.scored(of, score(row[score], line), actual);
                }
            }
        }

        private double score(String text, long line) {
            double value;
            try {
                value = Double.parseDouble(text);
            } catch (NumberFormatException e) {
                value = Double.NaN;
            }
            if (value >= 0 && value <= 1) {
                return value;
            }
            throw new LabelledFileException("line " + line + " has '" + text + "' in column '" + columns.score()
                    + "', where a probability from 0 to 1 belongs; calibration can be told of nothing else");
        }

        private List<Group> groups(List<String> cells) {
            Map<String, String> by = new TreeMap<>();
            for (int i = 0; i < cells.size(); i++) {
                String value = cells.get(i).isEmpty() ? NONE : cells.get(i);
                values.get(i).add(value);
                if (values.get(i).size() > MOST_VALUES) {
                    throw new LabelledFileException(
                            "column '" + columns.groups().get(i) + "' has more than " + MOST_VALUES
                                    + " values, which are no groups; put ranges in their place, such as 25-34");
                }
                by.put(columns.groups().get(i), value);
            }
            return Group.of(by, columns.intersections());
        }

        LabelledFile done() {
            if (all.everybody().size() == 0) {
                throw new LabelledFileException(file + " has a head and no rows");
            }
            if (!labels.metPositive() && !predictions.metPositive()) {
                throw new LabelledFileException("'" + columns.positive() + "', which is to count as yes, is not there:"
                        + " column '" + columns.label() + "' has " + labels.words() + ", column '"
                        + columns.prediction() + "' has " + predictions.words());
            }
            return new LabelledFile(all, parts);
        }
    }
}
