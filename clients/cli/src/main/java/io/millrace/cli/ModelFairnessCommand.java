package io.millrace.cli;

import io.millrace.cli.fairness.JudgedText;
import io.millrace.events.fairness.FairnessEvent;
import io.millrace.events.fairness.FairnessJudged;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "fairness",
        description = {
            "Say how a model version treats groups of people, as its predictions and their labels have it so far.",
            "Of a file of decisions, 'millrace fairness' says it."
        },
        mixinStandardHelpOptions = true)
final class ModelFairnessCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Parameters(paramLabel = "NAME/VERSION", description = "The model version, as its predictions name it.")
    private String model = "";

    @Override
    public Integer call() {
        Connection connection = folder.connection();
        EventSerde<FairnessEvent> serde = EventSerde.of(Topics.FAIRNESS_STATS, connection.schemas());
        TreeMap<Instant, FairnessJudged> windows = new TreeMap<>();
        TreeSet<String> known = new TreeSet<>();
        try (TopicReader reader =
                new TopicReader(connection.kafkaProperties(), List.of(Topics.FAIRNESS_STATS.name()))) {
            reader.toEnd(message -> {
                known.add(message.key());
                if (message.key().equals(model)
                        && serde.decode(message.value()).getPayload() instanceof FairnessJudged judged) {
                    windows.put(judged.getWindowStart(), judged);
                }
            });
        }
        if (windows.isEmpty()) {
            throw new CommandException("nothing is known of how " + model + " treats groups; "
                    + (known.isEmpty()
                            ? "no predictions have named groups so far, or too few"
                            : "of these model versions something is: " + String.join(", ", known)));
        }
        spec.commandLine().getOut().print(JudgedText.text(windows.values()));
        return 0;
    }
}
