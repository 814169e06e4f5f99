package io.millrace.agent;

import io.millrace.agent.domain.Action;
import io.millrace.agent.domain.AttemptKey;
import io.millrace.agent.domain.Input;
import io.millrace.agent.domain.NodeParts;
import io.millrace.agent.domain.NodeState;
import io.millrace.agent.domain.PartState;
import io.millrace.streams.RegistryUnavailableException;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an agent's one thread does: reads, looks, decides, writes down what it decided, and does it, over and over. What
 * is written down and not done when it is cut off is done by the next one on the same work folder.
 */
final class AgentLoop {

    private static final Logger LOG = LoggerFactory.getLogger(AgentLoop.class);

    private static final Duration POLL = Duration.ofMillis(100);
    private static final long OFFSETS_KEPT_EVERY_MS = 5_000;
    private static final long OUTPUT_EVERY_MS = 1_000;
    private static final long OLD_FOLDERS_EVERY_MS = 3_600_000;

    /** How long an end waits for what the process said last to be stored. */
    private static final long LAST_WORDS_MS = 10_000;

    /** What an orderly end takes beside the grace of its jobs. */
    static final long LAST_REPORTS_MS = 3_000;

    /** What one process says, in its output and to its agent. */
    private record Tails(OutputTail output, ReportTail reports) {}

    private final AgentSettings settings;
    private final Wire wire;
    private final Shim shim;
    private final Outbox outbox;
    private final NodeVoice voice;
    private final OldFolders oldFolders;
    private final BooleanSupplier stopping;
    private final Consumer<NodeParts> watcher;
    private final Path file;
    private final Map<AttemptKey, Tails> tails = new HashMap<>();
    private final Map<AttemptKey, Long> exitsSeen = new HashMap<>();
    private final Deque<Input> refusals = new ArrayDeque<>();
    private final long wallAtStart = System.currentTimeMillis();
    private final long startedNs = System.nanoTime();
    private NodeParts parts = new NodeParts("", NodeState.EMPTY);
    private NodeState kept = NodeState.EMPTY;
    private Kept.@Nullable Shape up;
    private long offsetsKeptAt;
    private long outputSentAt;
    private long foldersClearedAt;

    /**
     * @param stopping whether it is to end
     * @param watcher shown the parts after each turn
     */
    AgentLoop(AgentSettings settings, Wire wire, Shim shim, BooleanSupplier stopping, Consumer<NodeParts> watcher) {
        this.settings = settings;
        this.wire = wire;
        this.shim = shim;
        this.stopping = stopping;
        this.watcher = watcher;
        outbox = new Outbox(settings, wire);
        voice = new NodeVoice(settings, wire);
        oldFolders = new OldFolders(settings, shim);
        file = settings.folder().resolve("state.json");
    }

    /** By a clock that nobody sets; ms since the epoch. */
    private long now() {
        return wallAtStart + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNs);
    }

    /** Takes up what was left, and says that the node is there. */
    void begin() {
        Kept before = Kept.read(file);
        if (before != null && !before.cluster().equals(wire.clusterId())) {
            LOG.warn("This is another cluster than the one the work folder knows: what ran for that one is stopped");
            before = null;
        }
        kept = before == null ? NodeState.EMPTY : before.state();
        up = before == null ? null : before.up();
        parts = new NodeParts(settings.node(), kept);
        oldFolders.endStrangers(parts);
        wire.seek(before == null ? Map.of() : before.offsets());
        List<Action> actions = new ArrayList<>(parts.resume());
        wire.readToEnd(record -> actions.addAll(read(record)));
        sayUp();
        keep();
        actions.forEach(this::act);
    }

    /** A node on which something still runs has not come up anew. */
    private void sayUp() {
        boolean runs = parts.parts().stream().anyMatch(PartState::mayRun);
        if (up != null && runs) {
            if (!up.equals(voice.shape())) {
                throw new AgentException("jobs of node " + settings.node() + " still run, with " + up.gpus()
                        + " GPUs of type " + up.gpuType() + " in pool " + up.pool()
                        + ": start the agent as it was, and end it, before you change its node");
            }
            LOG.info("Node {} takes up {} parts", settings.node(), parts.parts().size());
            return;
        }
        // Before it can be placed on: what comes from here on is read.
        keep();
        while (!voice.up()) {
            LOG.warn("Can't say yet that node {} is up", settings.node());
            if (stopping.getAsBoolean()) {
                return;
            }
        }
        up = voice.shape();
        LOG.info(
                "Node {} is up in pool {} with {} GPUs of type {}",
                settings.node(),
                settings.pool(),
                settings.gpus(),
                settings.gpuType());
    }

    /** One turn. */
    void turn() {
        List<Action> actions = new ArrayList<>();
        try {
            for (ConsumerRecord<String, byte[]> record : wire.poll(POLL)) {
                actions.addAll(read(record));
            }
        } catch (KafkaException e) {
            LOG.warn("Can't read: {}", e.getMessage());
            LockSupport.parkNanos(POLL.toNanos());
        }
        decide(actions);
        long now = now();
        if (now - outputSentAt >= OUTPUT_EVERY_MS) {
            outputSentAt = now;
            tails.values().forEach(each -> {
                each.output().advance(false, now);
                each.reports().advance(now);
            });
        }
        if (now - foldersClearedAt >= OLD_FOLDERS_EVERY_MS) {
            foldersClearedAt = now;
            oldFolders.clear(parts);
        }
        voice.beat(now);
    }

    private void decide(List<Action> actions) {
        long now = now();
        outbox.stored().forEach(input -> actions.addAll(parts.on(input, now)));
        for (Input refusal = refusals.poll(); refusal != null; refusal = refusals.poll()) {
            actions.addAll(parts.on(refusal, now));
        }
        for (PartState part : parts.parts()) {
            Input seen = part.mayRun() ? shim.look(part) : null;
            if (seen != null && (!(seen instanceof Input.Exited) || saidAll(part, now))) {
                actions.addAll(parts.on(seen, now));
            }
        }
        actions.addAll(parts.tick(now));
        keepIfChanged(now);
        actions.forEach(this::act);
        outbox.send(parts);
        follow();
        watcher.accept(parts);
    }

    /** Whether all that an ended process said is stored: a checkpoint is to be known before the end is. */
    private boolean saidAll(PartState part, long now) {
        Tails each = tails.get(part.key());
        if (each == null) {
            return true;
        }
        long since = exitsSeen.computeIfAbsent(part.key(), key -> now);
        boolean output = each.output().advance(true, now);
        boolean reports = each.reports().advance(now);
        return (output && reports) || now - since > LAST_WORDS_MS;
    }

    /** Follows the words of what may run, and of nothing else. */
    private void follow() {
        List<PartState> all = parts.parts();
        tails.keySet()
                .removeIf(key -> all.stream()
                        .noneMatch(part -> part.mayRun() && part.key().equals(key)));
        exitsSeen.keySet().retainAll(tails.keySet());
        for (PartState part : all) {
            if (part.mayRun()) {
                tails.computeIfAbsent(part.key(), key -> {
                    AttemptFolder folder = AttemptFolder.of(settings, key);
                    int rank = part.placement().rank(settings.node());
                    return new Tails(
                            new OutputTail(key, folder, settings.node(), rank, wire, OutputTail.MOST_BYTES),
                            new ReportTail(key, folder, settings.node(), wire));
                });
            }
        }
    }

    private List<Action> read(ConsumerRecord<String, byte[]> record) {
        while (true) {
            try {
                Input input = record.topic().equals(Topics.JOB_DECISIONS.name())
                        ? EventCodec.input(record.key(), wire.decision(record.value()))
                        : EventCodec.input(record.key(), wire.attempt(record.value()), record.timestamp());
                return input == null ? List.of() : parts.on(input, now());
            } catch (RegistryUnavailableException e) {
                LOG.warn("Waiting for the registry: {}", e.getMessage());
                LockSupport.parkNanos(POLL.toNanos());
            } catch (UndecodableException | IllegalArgumentException e) {
                LOG.warn("{}-{}@{} is passed over", record.topic(), record.partition(), record.offset(), e);
                return List.of();
            }
        }
    }

    private void act(Action action) {
        switch (action) {
            case Action.Launch(var placement) -> {
                Input refusal = shim.launch(placement, placement.rank(settings.node()));
                if (refusal != null) {
                    refusals.add(refusal);
                }
            }
            case Action.Stop(AttemptKey key, long graceMs) -> shim.stop(key, graceMs);
            case Action.Beat(AttemptKey key, boolean asLead) -> outbox.beat(key, asLead, now());
            case Action.Renew(AttemptKey key, long until) -> shim.renew(key, until - now());
            case Action.Forget(AttemptKey key) -> LOG.debug("{} is over", key);
        }
    }

    private void keepIfChanged(long now) {
        if (!parts.state().equals(kept) || now - offsetsKeptAt >= OFFSETS_KEPT_EVERY_MS) {
            keep();
        }
    }

    private void keep() {
        offsetsKeptAt = now();
        kept = parts.state();
        new Kept(wire.clusterId(), new TreeMap<>(wire.offsets()), up, kept).write(file);
    }

    /** Stops what runs and says that the node is down. */
    void end() {
        long deadline = now() + settings.stopGrace().toMillis() + LAST_REPORTS_MS;
        List<Action> actions =
                new ArrayList<>(parts.on(new Input.ShutDown(settings.stopGrace().toMillis()), now()));
        decide(actions);
        while (now() < deadline
                && (parts.parts().stream().anyMatch(PartState::mayRun)
                        || !parts.unsaid().isEmpty())) {
            turn();
        }
        // What is not gone yet is soon; until then the node is not free, and its silence will tell.
        boolean empty = parts.parts().stream().noneMatch(PartState::mayRun);
        if (empty && voice.down("its agent was stopped")) {
            up = null;
            LOG.info("Node {} is down", settings.node());
        }
        keep();
    }
}
