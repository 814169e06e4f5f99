package io.millrace.agent;

import io.millrace.agent.domain.AttemptKey;
import io.millrace.agent.domain.Input;
import io.millrace.agent.domain.NodeParts;
import io.millrace.agent.domain.PartState;
import io.millrace.agent.domain.Report;
import io.millrace.streams.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what is to be said of attempts, one word after the other of each, and says what is stored. */
final class Outbox {

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private record Answer(Input ifStored, AttemptKey key, boolean beat, boolean stored) {}

    private final AgentSettings settings;
    private final Wire wire;
    private final EventCodec codec;
    private final Map<AttemptKey, String> underWay = new HashMap<>();
    private final Set<AttemptKey> beating = new HashSet<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

    Outbox(AgentSettings settings, Wire wire) {
        this.settings = settings;
        this.wire = wire;
        codec = new EventCodec(settings.node());
    }

    /** Sends the next word of each attempt. */
    void send(NodeParts parts) {
        Set<AttemptKey> waiting = new HashSet<>();
        for (Report report : List.copyOf(parts.unsaid())) {
            AttemptKey key = report.key();
            if (!waiting.add(key) || underWay.containsKey(key)) {
                continue;
            }
            underWay.put(key, report.id());
            PartState part = parts.part(key);
            List<String> nodes = part == null ? List.of() : part.placement().nodeIds();
            boolean last = report.kind() == Report.Kind.COMPLETED
                    || report.kind() == Report.Kind.FAILED
                    || report.kind() == Report.Kind.STOPPED;
            String tail = last ? AttemptFolder.of(settings, key).tail() : "";
            LOG.info("{} {} {}", key, report.kind(), report.reason());
            wire.send(
                    Topics.ATTEMPT_EVENTS,
                    key.jobId(),
                    codec.event(report, nodes, tail),
                    System.currentTimeMillis(),
                    stored -> answers.add(new Answer(new Input.ReportStored(report.id()), key, false, stored)));
        }
    }

    /** @param now by the agent's clock, ms */
    void beat(AttemptKey key, boolean asLead, long now) {
        if (beating.add(key)) {
            long wall = System.currentTimeMillis();
            wire.send(
                    Topics.ATTEMPT_EVENTS,
                    key.jobId(),
                    codec.beat(key, settings.node(), asLead, wall),
                    wall,
                    stored -> answers.add(new Answer(new Input.BeatStored(key, now), key, true, stored)));
        }
    }

    /** What was stored since the last call. */
    List<Input> stored() {
        List<Input> stored = new ArrayList<>();
        for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
            if (answer.beat()) {
                beating.remove(answer.key());
            } else {
                underWay.remove(answer.key());
            }
            if (answer.stored()) {
                stored.add(answer.ifStored());
            }
        }
        return stored;
    }
}
