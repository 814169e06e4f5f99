package io.millrace.tracker.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.tracker.domain.DatasetUse;
import io.millrace.tracker.domain.RunImage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/** Data sets that runs read. */
final class InputRows {

    static final String COLUMNS =
            "dataset_name, version, digest, source_type, source, dataset_schema, dataset_profile, tags";

    /** What the run does with the data set, by the tag that MLflow's clients give. */
    private static final String CONTEXT = "mlflow.data.context";

    private static final ObjectMapper JSON = new ObjectMapper();

    private InputRows() {}

    static void write(Transaction transaction, long runNo, RunImage.Input input) throws SQLException {
        DatasetUse use = input.use();
        transaction.update(
                "DELETE FROM inputs WHERE run_no = ? AND dataset_name = ? AND digest = ?",
                runNo,
                use.name(),
                use.digest());
        transaction.update(
                "INSERT INTO inputs (" + COLUMNS
                        + ", context, run_no, log_offset) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                use.name(),
                use.version(),
                use.digest(),
                use.sourceType(),
                use.source(),
                use.schema(),
                use.profile(),
                json(use.tags()),
                use.tags().get(CONTEXT),
                runNo,
                input.offset());
    }

    /** Of columns in the order of {@link #COLUMNS} from the first on. */
    static DatasetUse read(ResultSet row) throws SQLException {
        return new DatasetUse(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                tags(row.getString(8)));
    }

    private static String json(Map<String, String> tags) {
        try {
            return JSON.writeValueAsString(new TreeMap<>(tags));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts can be written as JSON", e);
        }
    }

    private static Map<String, String> tags(String json) {
        try {
            return JSON.readValue(json, new TypeReference<TreeMap<String, String>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("it was written as JSON", e);
        }
    }
}
