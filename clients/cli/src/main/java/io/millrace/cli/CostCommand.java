package io.millrace.cli;

import io.millrace.cost.codec.LogStatement;
import io.millrace.cost.codec.StatementText;
import io.millrace.cost.domain.ledger.NodeLedger;
import io.millrace.cost.domain.statement.Charge;
import io.millrace.cost.domain.statement.Statement;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "cost",
        description = "Say what GPUs cost and whom, from the log and a price list.",
        footer = {
            "",
            "An attempt costs from its start to its end, each GPU it holds, whatever came of it. What a node that is up",
            "costs beyond its jobs is idle. Jobs and idle add up to the nodes, to the micro-dollar."
        },
        mixinStandardHelpOptions = true)
final class CostCommand implements Callable<Integer> {

    private static final int MOST_ROWS = 30;
    private static final BigDecimal MICROS = BigDecimal.valueOf(1_000_000);
    private static final Comparator<Sum> DEAREST =
            Comparator.comparingLong(Sum::micros).reversed().thenComparing(Sum::name);

    /** What is summed by. */
    enum By {
        TEAM(Charge::team),
        PROJECT(Charge::project),
        ENVIRONMENT(Charge::environment),
        OWNER(Charge::owner),
        COST_CENTER(Charge::costCenter),
        USER(Charge::user),
        JOB(Charge::job),
        RUN(Charge::run),
        MODEL_VERSION(Charge::modelVersion);

        private final Function<Charge, String> part;

        By(Function<Charge, String> part) {
            this.part = part;
        }
    }

    private record Sum(String name, long gpuMs, long unpricedGpuMs, long micros) {
        Sum plus(Sum other) {
            return new Sum(
                    name,
                    Math.addExact(gpuMs, other.gpuMs),
                    Math.addExact(unpricedGpuMs, other.unpricedGpuMs),
                    Math.addExact(micros, other.micros));
        }
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            description =
                    "team, project, environment, owner, cost-center, user, job, run or model-version. Default: team.")
    private String by = "team";

    @Option(
            names = "--from",
            paramLabel = "INSTANT",
            converter = InstantText.class,
            description = "From this full hour on. Default: from the first event on.")
    private @Nullable Instant from;

    @Option(
            names = "--to",
            paramLabel = "INSTANT",
            converter = InstantText.class,
            description = "Up to this instant. Default: the newest event.")
    private @Nullable Instant to;

    @Option(
            names = "--prices",
            paramLabel = "FILE",
            description = "Price list, as policies/prices.yaml, which is the default.")
    private @Nullable Path prices;

    @Option(names = "--csv", paramLabel = "FILE", description = "Also write each job's row, as CSV.")
    private @Nullable Path csv;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write each job's row, as JSON.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        By dimension = dimension();
        Connection connection = folder.connection();
        LogStatement log = LogCosts.read(connection, connection.schemas(), LogCosts.prices(prices));
        long end = to == null ? log.newest() : to.toEpochMilli();
        long begin = from == null ? Math.min(log.oldest(), end) : from.toEpochMilli();
        if (end == Long.MIN_VALUE || begin >= end) {
            throw new CommandException(
                    log.newest() == Long.MIN_VALUE
                            ? "the log tells of no node and no job so far"
                            : "nothing lies between " + from + " and " + Instant.ofEpochMilli(end));
        }
        if (from != null && begin % NodeLedger.HOUR_MS != 0) {
            throw new ParameterException(spec.commandLine(), "--from is " + from + ": it has to be a full hour");
        }
        Statement statement = log.statement(begin, end);
        write(csv, StatementText.csv(statement));
        write(json, StatementText.json(statement));
        spec.commandLine().getOut().print(text(statement, dimension));
        return 0;
    }

    private By dimension() {
        try {
            return By.valueOf(by.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--by is '" + by + "': it has to be team, project, environment, owner, cost-center, user, job, run"
                            + " or model-version",
                    e);
        }
    }

    private static void write(@Nullable Path file, String text) {
        if (file != null) {
            try {
                Files.writeString(file, text);
            } catch (IOException e) {
                throw new CommandException("can't write " + file + ": " + e.getMessage(), e);
            }
        }
    }

    static String text(Statement statement, By by) {
        Map<String, Sum> sums = new TreeMap<>();
        Sum idle = new Sum("idle", 0, 0, 0);
        for (Statement.Row row : statement.rows()) {
            if (row.kind() == Statement.Kind.IDLE) {
                idle = idle.plus(new Sum("", row.gpuMs(), row.unpricedGpuMs(), row.micros()));
            } else {
                String part = by.part.apply(row.charge());
                String name = part.isEmpty() ? "(none)" : part;
                sums.merge(name, new Sum(name, row.gpuMs(), row.unpricedGpuMs(), row.micros()), Sum::plus);
            }
        }
        Sum allocated = sums.values().stream().reduce(new Sum("allocated", 0, 0, 0), Sum::plus);
        Sum total = new Sum("total", 0, 0, 0).plus(allocated).plus(idle);
        TextTable table = new TextTable(
                List.of(by.name().toLowerCase(Locale.ROOT).replace('_', ' '), "GPU hours", "USD", "of the total"));
        List<Sum> shown = new ArrayList<>(
                sums.values().stream().sorted(DEAREST).limit(MOST_ROWS).toList());
        sums.values().stream()
                .sorted(DEAREST)
                .skip(MOST_ROWS)
                .reduce(Sum::plus)
                .ifPresent(rest -> shown.add(new Sum(
                        (sums.size() - MOST_ROWS) + " more", rest.gpuMs(), rest.unpricedGpuMs(), rest.micros())));
        shown.addAll(List.of(allocated, idle, total));
        for (Sum sum : shown) {
            table.row(List.of(
                    sum.name(),
                    String.format(Locale.ROOT, "%,.1f", sum.gpuMs() / (double) NodeLedger.HOUR_MS),
                    usd(sum.micros()),
                    total.micros() == 0
                            ? "-"
                            : String.format(Locale.ROOT, "%.1f %%", 100.0 * sum.micros() / total.micros())));
        }
        String unpriced = total.unpricedGpuMs() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%nOf these, %,.1f GPU hours have no price and cost nothing here: add their GPU types to the price"
                                + " list.%n",
                        total.unpricedGpuMs() / (double) NodeLedger.HOUR_MS);
        return "From " + statement.period().begins() + " to "
                + statement.period().ends() + "\n\n" + table.text() + unpriced;
    }

    /** To the cent, as people read it. */
    static String usd(long micros) {
        return String.format(
                Locale.ROOT, "%,.2f", BigDecimal.valueOf(micros).divide(MICROS, 2, RoundingMode.HALF_EVEN));
    }
}
