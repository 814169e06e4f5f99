package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cli.audit.ReplayedEvent;
import io.millrace.cli.audit.Sources;
import io.millrace.cli.audit.Subject;
import io.millrace.cli.audit.SubjectReplay;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "replay",
        description = "Say what a job, model, policy, team or user was at a time, from the records that were logged.",
        footer = {
            "",
            "Nobody's word is taken for it: the events are read from their topics, and every record of these topics is held",
            "against the entry of the audit log that covers it, whose tree against its checkpoints.",
            "Exit status 0 when all of that holds, 1 when something does not, or there was no such thing then."
        },
        mixinStandardHelpOptions = true)
final class AuditReplayCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private AuditOptions.Stack stack = new AuditOptions.Stack();

    @Option(
            names = "--subject",
            paramLabel = "SUBJECT",
            required = true,
            description = "job/ID, model/NAME, policy/POOL, team/NAME or user/NAME.")
    private String subject = "";

    @Option(
            names = "--at",
            paramLabel = "INSTANT",
            converter = InstantText.class,
            description = "As it was then. Default: as it is by what is logged.")
    private @Nullable Instant at;

    @Option(names = "--json", description = "Print state and events as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Subject asked;
        try {
            asked = Subject.parse(subject);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        return AuditOptions.tell(spec, () -> {
            Connection connection = stack.connection();
            SubjectReplay replay = SubjectReplay.of(
                    stack.read(),
                    stack.key(),
                    new Sources(connection.kafkaProperties()),
                    connection.schemas(),
                    asked,
                    at == null ? Instant.MAX : at);
            spec.commandLine().getOut().print(json ? replay.json().toPrettyString() + "\n" : text(replay));
            replay.faults().forEach(fault -> spec.commandLine().getErr().println("millrace: " + fault));
            return replay.holds() && replay.found().state() != null ? 0 : 1;
        });
    }

    private String text(SubjectReplay replay) {
        StringBuilder text = new StringBuilder();
        ObjectNode state = replay.found().state();
        text.append(replay.subject()).append(at == null ? "" : " at " + at).append('\n');
        if (state == null) {
            text.append("  there was no such thing");
            if (replay.unlogged() > 0) {
                text.append(" yet: what is told of it is not logged yet");
            }
            text.append('\n');
        } else {
            text.append(JsonView.text(state).indent(2));
        }
        if (!replay.found().history().isEmpty()) {
            TextTable table = new TextTable(List.of("entry", "at", "actor", "action", "record"));
            for (ReplayedEvent event : replay.found().history()) {
                table.row(List.of(
                        Long.toString(event.entry()),
                        event.at().toString(),
                        event.actor(),
                        event.action(),
                        event.topic() + "/" + event.partition() + "/" + event.offset()));
            }
            text.append('\n').append(table.text());
        }
        if (replay.gone() > 0) {
            text.append("The topics keep ")
                    .append(replay.gone())
                    .append(" of the records no longer that were logged; what they said is not in this.\n");
        }
        text.append(replay.holds() ? "verified\n" : "NOT verified\n");
        return text.toString();
    }
}
