package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cli.fairness.Columns;
import io.millrace.cli.fairness.FairnessJson;
import io.millrace.cli.fairness.FairnessText;
import io.millrace.cli.fairness.LabelledFile;
import io.millrace.cli.fairness.LabelledFileException;
import io.millrace.governance.domain.fairness.FairnessPolicy;
import io.millrace.governance.domain.fairness.FairnessReport;
import io.millrace.governance.domain.fairness.Finding;
import io.millrace.governance.domain.fairness.Group;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "fairness",
        description = "Say whether a file of decisions treats groups of people alike. Needs no stack.",
        footer = {
            "",
            "Each group's rates with Wilson intervals; demographic parity, the four-fifths rule, equal opportunity,",
            "equalized odds, predictive parity and, with --score, calibration. Groups below --min-group, and rates of",
            "fewer people than that, get no verdict.",
            "Exit status 0 when all is within what is allowed, 1 when something is past it, 2 when nothing can be said."
        },
        mixinStandardHelpOptions = true)
final class FairnessCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "Comma-separated values with a head line, gzipped or not.")
    private Path file = Path.of("");

    @Option(
            names = "--label",
            paramLabel = "COLUMN",
            required = true,
            description = "What was true. Empty where it is not known yet.")
    private String label = "";

    @Option(names = "--prediction", paramLabel = "COLUMN", required = true, description = "What was decided.")
    private String prediction = "";

    @Option(
            names = "--group",
            paramLabel = "COLUMN",
            required = true,
            split = ",",
            description = "What people are grouped by; may be given more than once.")
    private List<String> groups = List.of();

    @Option(names = "--score", paramLabel = "COLUMN", description = "Probability that was given, from 0 to 1.")
    private @Nullable String score;

    @Option(
            names = "--positive",
            paramLabel = "VALUE",
            description = "Which of two values counts as yes. Default: 1, true or yes.")
    private @Nullable String positive;

    @Option(
            names = "--reference",
            paramLabel = "COLUMN=VALUE",
            description = "Put selection rates against this group's. Default: the group that is selected most often.")
    private Map<String, String> reference = new LinkedHashMap<>();

    @Option(names = "--intersections", description = "Group people by several of the columns at once, too.")
    private boolean intersections;

    @Option(
            names = "--over",
            paramLabel = "COLUMN",
            description = "Look at each value of this column alone, too, such as a month. Changes no exit status.")
    private @Nullable String over;

    @Option(
            names = "--min-group",
            paramLabel = "N",
            description = "People below whom nothing is judged. Default: ${DEFAULT-VALUE}.")
    private long minGroup = FairnessPolicy.DEFAULT.minGroup();

    @Option(
            names = "--max-difference",
            paramLabel = "X",
            description = "Largest difference of two groups' rates. Default: ${DEFAULT-VALUE}.")
    private double mostDifference = FairnessPolicy.DEFAULT.mostDifference();

    @Option(
            names = "--min-ratio",
            paramLabel = "X",
            description = "Least ratio of selection rates; the largest is 1/X. Default: ${DEFAULT-VALUE}.")
    private double leastRatio = FairnessPolicy.DEFAULT.leastRatio();

    @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON, too; - prints it instead.")
    private @Nullable String json;

    @Override
    public Integer call() {
        FairnessPolicy policy;
        LabelledFile read;
        try {
            policy = new FairnessPolicy(
                    minGroup, mostDifference, leastRatio, 1 / leastRatio, FairnessPolicy.DEFAULT.confidence());
            read = LabelledFile.read(file, columns(), NaturalOrder.INSTANCE);
        } catch (LabelledFileException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        checkReference(read);
        FairnessReport report = FairnessReport.of(read.all(), policy, reference);
        SortedMap<String, FairnessReport> parts = new TreeMap<>(NaturalOrder.INSTANCE);
        read.over().forEach((part, counts) -> parts.put(part, FairnessReport.of(counts, policy, reference)));
        tell(report, parts);
        if (report.findings().stream().allMatch(finding -> finding.verdict() == Finding.Verdict.NO_VERDICT)) {
            spec.commandLine()
                    .getErr()
                    .println("millrace: nothing can be said: of no column are there two groups of " + minGroup
                            + " people; take coarser groups, or a lower --min-group");
            return 2;
        }
        return report.isPast() ? 1 : 0;
    }

    private Columns columns() {
        if (new LinkedHashSet<>(groups).size() > Group.MOST_ATTRIBUTES) {
            throw new IllegalArgumentException("--group takes at most " + Group.MOST_ATTRIBUTES + " columns");
        }
        return new Columns(
                label, prediction, List.copyOf(new LinkedHashSet<>(groups)), score, positive, over, intersections);
    }

    private void checkReference(LabelledFile read) {
        reference.forEach((column, value) -> {
            if (!read.all().groups().containsKey(Group.of(column, value))) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--reference " + column + "=" + value + ": nobody in the file is that group");
            }
        });
    }

    private void tell(FairnessReport report, SortedMap<String, FairnessReport> parts) {
        PrintWriter out = spec.commandLine().getOut();
        ObjectNode tree = FairnessJson.tree(report);
        if (over != null) {
            ObjectNode each = tree.putObject("over");
            parts.forEach((part, of) -> each.set(part, FairnessJson.tree(of)));
        }
        if ("-".equals(json)) {
            out.println(tree.toPrettyString());
            return;
        }
        out.print(FairnessText.text(report));
        if (over != null) {
            out.print("\n" + FairnessText.over(over, parts));
        }
        if (json != null) {
            try {
                Files.writeString(Path.of(json), tree.toPrettyString() + "\n");
            } catch (IOException e) {
                throw new CommandException("can't write " + json + ": " + e.getMessage(), e);
            }
        }
    }
}
