package io.millrace.agent.domain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of jobs on one node. Takes what is read and seen, one thing at a time, and says what is to be done. Its
 * state is to be kept before anything of that is done: an agent that is cut off in between does it afterwards.
 */
public final class NodeParts {

    /** Placements and agents' words travel in different topics; neither lags the other by more. */
    private static final long EARLY_WORDS_KEPT_MS = 600_000;

    private static final int MOST_EARLY_WORDS = 10_000;

    private final String nodeId;
    private final Map<AttemptKey, Part> parts = new LinkedHashMap<>();
    private final Map<String, Report> unsaid = new LinkedHashMap<>();
    private final List<NodeState.Early> early;
    private final List<Action> actions = new ArrayList<>();
    private final Part.Sink sink = new Part.Sink() {
        @Override
        public void say(Report report) {
            unsaid.put(report.id(), report);
        }

        @Override
        public void act(Action action) {
            actions.add(action);
        }
    };

    public NodeParts(String nodeId, NodeState state) {
        this.nodeId = nodeId;
        state.parts().forEach(kept -> parts.put(kept.key(), new Part(nodeId, kept)));
        state.unsaid().forEach(report -> unsaid.put(report.id(), report));
        early = new ArrayList<>(state.early());
    }

    public NodeState state() {
        return new NodeState(parts.values().stream().map(Part::state).toList(), List.copyOf(unsaid.values()), early);
    }

    public List<PartState> parts() {
        return parts.values().stream().map(Part::state).toList();
    }

    /** What is to be said, in order. */
    public Collection<Report> unsaid() {
        return unsaid.values();
    }

    /** What may not have been done before the agent was cut off. */
    public List<Action> resume() {
        parts.values().forEach(part -> part.resume(sink));
        return take();
    }

    /** Takes in one thing. */
    public List<Action> on(Input input, long now) {
        switch (input) {
            case Input.Placed placed -> place(placed.placement(), now);
            case Input.StopAsked asked -> with(asked.key(), part -> part.stopAsked(asked, sink));
            case Input.Closed closed -> {
                early.removeIf(word -> word.key().equals(closed.key()));
                with(closed.key(), part -> part.close(sink));
            }
            case Input.Ready ready -> {
                if (!with(ready.key(), part -> part.ready(ready.nodeId(), now))) {
                    early.add(new NodeState.Early(ready.key(), ready.nodeId(), false, "", now));
                }
            }
            case Input.Aborted aborted -> {
                if (!with(aborted.key(), part -> part.aborted(aborted.nodeId(), aborted.reason()))) {
                    early.add(new NodeState.Early(aborted.key(), aborted.nodeId(), true, aborted.reason(), now));
                }
            }
            case Input.Ended ended -> with(ended.key(), part -> part.ended(ended));
            case Input.PartBeat beat -> with(beat.key(), part -> part.heard(beat.nodeId(), now));
            case Input.LeadBeat beat ->
                // Read late, it says nothing of now.
                with(beat.key(), part -> part.heard(part.placement().lead(), Math.min(now, beat.saidAt())));
            case Input.Launched launched -> with(launched.key(), part -> part.launched(now, sink));
            case Input.NotLaunched told -> with(told.key(), part -> part.notLaunched(told, now, sink));
            case Input.TooLate late -> with(late.key(), part -> part.tooLate(now, sink));
            case Input.Exited exited -> with(exited.key(), part -> part.exited(exited, now, sink));
            case Input.BeatStored stored -> with(stored.key(), part -> part.beatStored(stored.sentAt(), sink));
            case Input.ReportStored(String id) -> unsaid.remove(id);
            case Input.ShutDown(long graceMs) -> parts.values().forEach(part -> part.shutDown(graceMs, sink));
        }
        return take();
    }

    /** Lets time pass. Only when all is read that was there to be read: silence is judged here. */
    public List<Action> tick(long now) {
        parts.values().forEach(part -> part.tick(now, gpusFree(part), sink));
        for (Iterator<Part> each = parts.values().iterator(); each.hasNext(); ) {
            Part part = each.next();
            AttemptKey key = part.placement().key();
            if (part.isForgettable()
                    && unsaid.values().stream().noneMatch(report -> report.key().equals(key))) {
                each.remove();
                actions.add(new Action.Forget(key));
            }
        }
        early.removeIf(word -> now - word.readAt() > EARLY_WORDS_KEPT_MS);
        while (early.size() > MOST_EARLY_WORDS) {
            early.removeFirst();
        }
        return take();
    }

    private void place(Placement placement, long now) {
        AttemptKey key = placement.key();
        if (placement.rank(nodeId) < 0 || parts.containsKey(key)) {
            return;
        }
        Part part = new Part(nodeId, PartState.placed(placement));
        parts.put(key, part);
        for (NodeState.Early word : early) {
            if (word.key().equals(key) && word.aborted()) {
                part.aborted(word.nodeId(), word.reason());
            } else if (word.key().equals(key)) {
                part.ready(word.nodeId(), now);
            }
        }
        early.removeIf(word -> word.key().equals(key));
    }

    private boolean gpusFree(Part asking) {
        List<Integer> wanted = gpus(asking.placement());
        return parts.values().stream()
                .filter(other -> other != asking && other.holdsGpus())
                .flatMap(other -> gpus(other.placement()).stream())
                .noneMatch(wanted::contains);
    }

    private List<Integer> gpus(Placement placement) {
        return placement.shares().get(placement.rank(nodeId)).gpus();
    }

    private boolean with(AttemptKey key, Consumer<Part> then) {
        Part part = parts.get(key);
        if (part == null) {
            return false;
        }
        then.accept(part);
        return true;
    }

    private List<Action> take() {
        List<Action> taken = List.copyOf(actions);
        actions.clear();
        return taken;
    }

    /** Job that holds each GPU; none for those that are free. */
    public Map<Integer, String> holders() {
        Map<Integer, String> holders = new HashMap<>();
        for (Part part : parts.values()) {
            if (part.holdsGpus()) {
                gpus(part.placement())
                        .forEach(gpu -> holders.put(gpu, part.placement().key().jobId()));
            }
        }
        return holders;
    }

    /** One part; null when there is none. */
    public @Nullable PartState part(AttemptKey key) {
        Part part = parts.get(key);
        return part == null ? null : part.state();
    }
}
