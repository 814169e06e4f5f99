package io.millrace.cost.codec;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cost.domain.statement.Charge;
import io.millrace.cost.domain.statement.Statement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A statement as text; the same statement gives the same bytes. Dollars have six decimals, GPU hours are rounded to six, so
 * they are for reading and dollars are for adding.
 */
public final class StatementText {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LINE_END = "\r\n";
    private static final int DECIMALS = 6;
    private static final BigDecimal HOUR_MS = BigDecimal.valueOf(3_600_000);

    private StatementText() {}

    /** As RFC 4180 has it, with a line of names. */
    public static String csv(Statement statement) {
        StringBuilder text = new StringBuilder();
        text.append("period_from,period_to,kind,team,project,environment,owner,cost_center,user,job,run,model_version,")
                .append("gpu_hours,unpriced_gpu_hours,accrued_usd,corrected_usd,total_usd")
                .append(LINE_END);
        for (Statement.Row row : statement.rows()) {
            text.append(statement.period().begins())
                    .append(',')
                    .append(statement.period().ends())
                    .append(',');
            text.append(fields(row).values().stream().map(StatementText::quoted).collect(Collectors.joining(",")));
            text.append(LINE_END);
        }
        return text.toString();
    }

    private static String quoted(String value) {
        boolean plain = value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? value : '"' + value.replace("\"", "\"\"") + '"';
    }

    /** An object with the period, the instant, the rows and the sum; dollars are texts, so that no reader rounds them. */
    public static String json(Statement statement) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("period_from", statement.period().begins());
        object.put("period_to", statement.period().ends());
        object.put("as_of", Instant.ofEpochMilli(statement.asOf()).toString());
        ArrayNode rows = object.putArray("rows");
        for (Statement.Row row : statement.rows()) {
            ObjectNode line = rows.addObject();
            fields(row).forEach(line::put);
        }
        object.put("total_usd", dollars(statement.micros()));
        try {
            return JSON.writeValueAsString(object);
        } catch (IOException e) {
            throw new UncheckedIOException("a tree can be written", e);
        }
    }

    private static Map<String, String> fields(Statement.Row row) {
        Charge charge = row.charge();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("kind", row.kind().name());
        fields.put("team", charge.team());
        fields.put("project", charge.project());
        fields.put("environment", charge.environment());
        fields.put("owner", charge.owner());
        fields.put("cost_center", charge.costCenter());
        fields.put("user", charge.user());
        fields.put("job", charge.job());
        fields.put("run", charge.run());
        fields.put("model_version", charge.modelVersion());
        fields.put("gpu_hours", hours(row.gpuMs()));
        fields.put("unpriced_gpu_hours", hours(row.unpricedGpuMs()));
        fields.put("accrued_usd", dollars(row.accruedMicros()));
        fields.put("corrected_usd", dollars(row.correctedMicros()));
        fields.put("total_usd", dollars(row.micros()));
        return fields;
    }

    private static String hours(long gpuMs) {
        return BigDecimal.valueOf(gpuMs)
                .divide(HOUR_MS, DECIMALS, RoundingMode.HALF_UP)
                .toPlainString();
    }

    private static String dollars(long micros) {
        return BigDecimal.valueOf(micros, DECIMALS).toPlainString();
    }
}
