package io.millrace.streams.decider;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A decider as small as can be: its log says {@code add NAME} or {@code tick MS}; at a tick it decides to tell the count
 * of each name that changed since, and whether there were many.
 */
final class Tally implements Decider<Tally.State, String, String>, DeciderBinding<String, Tally.State, String, String> {

    /** How often each name was added; a name told of is settled. */
    static final class State {
        private final TreeMap<String, Integer> counts = new TreeMap<>();
        private final TreeMap<String, Boolean> settled = new TreeMap<>();
        private final TreeMap<String, byte @Nullable []> changes = new TreeMap<>();

        Map<String, Integer> counts() {
            return counts;
        }

        private void set(String name, int count, boolean isSettled) {
            counts.put(name, count);
            settled.put(name, isSettled);
            changes.put(name, (count + " " + isSettled).getBytes(StandardCharsets.UTF_8));
        }

        private void forget(String name) {
            counts.remove(name);
            settled.remove(name);
            changes.put(name, null);
        }

        private boolean isSettled() {
            return !settled.containsValue(false);
        }
    }

    @Override
    public State initialState() {
        return new State();
    }

    @Override
    public State evolve(State state, String input) {
        if (input.startsWith("add ")) {
            String name = input.substring(4);
            state.set(name, state.counts.getOrDefault(name, 0) + 1, false);
        } else if (input.startsWith("forget ")) {
            state.forget(input.substring(7));
        }
        return state;
    }

    @Override
    public State evolveDecided(State state, String decision) {
        String name = decision.substring(0, decision.indexOf('='));
        state.set(name, state.counts.getOrDefault(name, 0), true);
        return state;
    }

    @Override
    public Iterator<String> decide(State state, String input) {
        List<String> decided = new ArrayList<>();
        if (input.startsWith("tick ")) {
            state.settled.forEach((name, isSettled) -> {
                if (!isSettled) {
                    decided.add(name + "=" + state.counts.get(name));
                }
            });
        }
        return decided.iterator();
    }

    @Override
    public String input(String logged) {
        if (logged.startsWith("garbage")) {
            throw new IllegalStateException("no input: " + logged);
        }
        return logged;
    }

    @Override
    public State restore(Map<String, byte[]> entities) {
        State state = new State();
        entities.forEach((name, bytes) -> {
            String[] parts = new String(bytes, StandardCharsets.UTF_8).split(" ", 2);
            state.set(name, Integer.parseInt(parts[0]), Boolean.parseBoolean(parts[1]));
        });
        state.changes.clear();
        return state;
    }

    @Override
    public Map<String, byte @Nullable []> takeChanges(State state) {
        Map<String, byte @Nullable []> taken = new TreeMap<>(state.changes);
        state.changes.clear();
        return taken;
    }

    @Override
    public boolean publish(
            String key, State state, List<String> decided, long offset, String stateHash, Forwarder out) {
        decided.forEach(decision -> out.forward("told", key, decision + " from " + offset, 0));
        return decided.size() > 1;
    }

    @Override
    public boolean tickDue(State state, long now) {
        return !state.isSettled();
    }

    @Override
    public String tick(long now) {
        return "tick " + now;
    }

    @Override
    public boolean isOwnTick(String logged) {
        return logged.startsWith("tick ");
    }
}
