package io.millrace.tracker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tracker.domain.ExperimentIds;
import io.millrace.tracker.domain.Limits;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseTest {

    private static final int ROWS = 50_000;

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("tracker.mv.db");
    }

    private Database open(String log) {
        return Database.open(new Database.Place("jdbc:h2:file:" + folder.resolve("tracker"), null, null, 4), log);
    }

    private static long values(Database database) {
        return database.reading(transaction -> transaction
                .query("SELECT COUNT(*) FROM metric_values", row -> row.getLong(1))
                .getFirst());
    }

    private void fill() {
        try (Database database = open("log")) {
            database.transaction(transaction -> {
                for (int i = 0; i < ROWS; i++) {
                    transaction.later(
                            "INSERT INTO metric_values (value_no, metric_value, is_nan) VALUES (?, ?, ?)",
                            (long) i,
                            i / 7.0,
                            false);
                }
                return ROWS;
            });
        }
    }

    /** Writes the file anew, without room that is not used: how much of that there is depends on the machine's speed. */
    private void compact() throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:h2:file:" + folder.resolve("tracker"), "tracker", "");
                Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN COMPACT");
        }
    }

    private void damage(long from, long to) throws Exception {
        byte[] noise = new byte[(int) (to - from)];
        new Random(7).nextBytes(noise);
        try (RandomAccessFile bytes = new RandomAccessFile(file().toFile(), "rw")) {
            bytes.seek(from);
            bytes.write(noise);
        }
    }

    @Test
    void shouldKeepItsTablesAsLongAsTheyAreOfThatLog() {
        fill();
        try (Database again = open("log")) {
            assertThat(values(again)).isEqualTo(ROWS);
        }
        try (Database other = open("another log")) {
            assertThat(values(other)).isZero();
        }
    }

    @Test
    void shouldBeginAnewWhenTheTablesAreOutdated() {
        fill();
        try (Database again = open("log")) {
            again.outdate();
            assertThat(values(again)).isEqualTo(ROWS);
        }
        try (Database anew = open("log")) {
            assertThat(values(anew)).isZero();
        }
    }

    @Test
    void shouldPutAFileAsideThatCanNotBeOpenedAndBeginAnew() throws Exception {
        fill();
        damage(0, Files.size(file()));
        try (Database anew = open("log")) {
            assertThat(values(anew)).isZero();
        }
        assertThat(folder.resolve("tracker.mv.db.damaged")).exists();
        try (Database again = open("log")) {
            assertThat(values(again)).isZero();
        }
    }

    @Test
    void shouldPutAFileAsideOfWhichReadingShowsThatItIsDamaged() throws Exception {
        fill();
        compact();
        damage(Files.size(file()) / 4, Files.size(file()) / 2);
        try (Database damaged = open("log")) {
            assertThatThrownBy(() -> sum(damaged)).isInstanceOf(DatabaseException.class);
        }
        try (Database anew = open("log")) {
            assertThat(values(anew)).isZero();
        }
        assertThat(folder.resolve("tracker.mv.db.damaged")).exists();
        try (Database again = open("log")) {
            assertThat(values(again)).isZero();
        }
    }

    private static double sum(Database database) {
        return database.reading(transaction -> transaction
                .query("SELECT SUM(metric_value) FROM metric_values", row -> row.getDouble(1))
                .getFirst());
    }

    @Test
    void shouldSayWhyADatabaseIsNotOpened() {
        try (Database first = open("log")) {
            assertThat(first.embedded()).isTrue();
            Database.Place stranger =
                    new Database.Place("jdbc:h2:file:" + folder.resolve("tracker"), "somebody", "else", 4);
            assertThatThrownBy(() -> Database.open(stranger, "log"))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("can't open the database")
                    .hasMessageContaining("Wrong user name or password");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "params.param_key, 250",
        "params.param_value, " + Limits.PARAM_VALUE,
        "tags.tag_key, " + Limits.KEY,
        "tags.tag_value, " + Limits.TAG_VALUE,
        "metric_keys.metric_key, " + Limits.KEY,
        "runs.run_id, " + Limits.RUN_ID,
        "runs.run_name, " + Limits.TAG_VALUE,
        "runs.end_message, " + Limits.TAG_VALUE,
        "runs.parent_run_id, " + Limits.RUN_ID,
        "experiments.experiment_id, " + ExperimentIds.LONGEST,
        "experiments.name, " + Limits.EXPERIMENT_NAME,
        "experiment_tags.tag_key, " + Limits.KEY,
        "experiment_tags.tag_value, " + Limits.EXPERIMENT_TAG_VALUE,
        "inputs.dataset_name, " + Limits.DATASET_NAME,
        "inputs.digest, " + Limits.DATASET_DIGEST,
        "inputs.source, " + Limits.DATASET_SOURCE,
        "inputs.dataset_schema, " + Limits.DATASET_SCHEMA,
        "inputs.dataset_profile, " + Limits.DATASET_SCHEMA,
        "artifacts.path, " + Limits.PATH,
        "refusals.entry_key, " + Limits.KEY
    })
    void shouldHaveRoomForWhatTheLimitsAllow(String column, int longest) {
        for (boolean embedded : new boolean[] {true, false}) {
            Map<String, Integer> widths = Tables.statements(embedded).stream()
                    .flatMap(statement -> {
                        Matcher table = Pattern.compile("CREATE TABLE (\\w+)").matcher(statement);
                        String name = table.find() ? table.group(1) : "";
                        return Pattern.compile("(\\w+) VARCHAR\\((\\d+)\\)")
                                .matcher(statement)
                                .results()
                                .map(width -> Map.entry(name + "." + width.group(1), Integer.parseInt(width.group(2))));
                    })
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            assertThat(widths).containsKey(column);
            assertThat(widths.get(column)).isGreaterThanOrEqualTo(longest);
        }
    }
}
