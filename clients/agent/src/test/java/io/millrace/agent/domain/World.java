package io.millrace.agent.domain;

import io.millrace.testkit.SeededRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Agents, the processes they run, the two topics they read, and a pool that places jobs; all in one thread and on one
 * clock. What may happen in any order does: reading and storing lag at random, agents are cut off between any two
 * steps. Breaks with an AssertionError as soon as a GPU is held twice or an end is told too early.
 */
final class World {

    static final long LEASE = 1_000;

    /** A process of an attempt on a node. */
    static final class Run {
        final Placement placement;
        final String node;
        long leaseUntil;
        long killAt = Long.MAX_VALUE;
        final long endsAt;
        final int exitCode;

        Run(Placement placement, String node, long leaseUntil, long endsAt, int exitCode) {
            this.placement = placement;
            this.node = node;
            this.leaseUntil = leaseUntil;
            this.endsAt = endsAt;
            this.exitCode = exitCode;
        }
    }

    record Key(String node, AttemptKey key) {}

    /** One agent's machine: its disk outlives it. */
    static final class Machine {
        final String node;
        NodeState kept = NodeState.EMPTY;
        int decisionsKept;
        int wordsKept;

        @Nullable
        NodeParts agent;

        int decisionsRead;
        int wordsRead;
        final Deque<Action> todo = new ArrayDeque<>();

        Machine(String node) {
            this.node = node;
        }
    }

    final SeededRandom random;
    final List<Machine> machines = new ArrayList<>();
    final ScriptedPool pool;
    final List<Input> words = new ArrayList<>();
    final Map<Key, Run> running = new LinkedHashMap<>();
    final Map<Key, Input.Exited> exits = new HashMap<>();
    final Set<Key> started = new HashSet<>();
    boolean faults;
    boolean failures;
    long now = 1_000_000;

    World(SeededRandom random, int nodes) {
        this.random = random;
        for (int i = 0; i < nodes; i++) {
            machines.add(new Machine("n" + i));
        }
        pool = new ScriptedPool(machines.stream().map(machine -> machine.node).toList());
    }

    // ---- the machines

    void advance(long ms) {
        now += ms;
        List.copyOf(running.entrySet()).forEach(entry -> {
            Run run = entry.getValue();
            if (now >= run.leaseUntil) {
                exit(entry.getKey(), 137, Input.How.LEASE_EXPIRED);
            } else if (now >= run.killAt) {
                exit(entry.getKey(), 143, Input.How.BY_ITSELF);
            } else if (now >= run.endsAt) {
                exit(entry.getKey(), run.exitCode, Input.How.BY_ITSELF);
            }
        });
    }

    private void exit(Key key, int code, Input.How how) {
        running.remove(key);
        exits.put(key, new Input.Exited(key.key(), code, how));
    }

    /** One turn of an agent: reads some, sees what there is, lets time pass, acts; or is cut off in between. */
    void turn(Machine machine) {
        NodeParts agent = machine.agent;
        if (agent == null) {
            if (faults && !random.onceIn(4)) {
                return;
            }
            agent = start(machine);
        }
        machine.decisionsRead = read(machine, agent, pool.decisions, machine.decisionsRead);
        machine.wordsRead = read(machine, agent, words, machine.wordsRead);
        observe(machine, agent);
        machine.todo.addAll(agent.tick(now));
        keep(machine, agent);
        if (cutOff(machine)) {
            return;
        }
        while (!machine.todo.isEmpty()) {
            act(machine, agent, machine.todo.poll());
            if (cutOff(machine)) {
                return;
            }
        }
        deliver(machine, agent);
    }

    private NodeParts start(Machine machine) {
        NodeParts agent = new NodeParts(machine.node, machine.kept);
        machine.agent = agent;
        machine.todo.clear();
        machine.decisionsRead = machine.decisionsKept;
        machine.wordsRead = machine.wordsKept;
        // All that is there is read before time passes.
        while (machine.decisionsRead < pool.decisions.size()) {
            machine.todo.addAll(agent.on(pool.decisions.get(machine.decisionsRead++), now));
        }
        while (machine.wordsRead < words.size()) {
            machine.todo.addAll(agent.on(words.get(machine.wordsRead++), now));
        }
        machine.todo.addAll(agent.resume());
        return agent;
    }

    private int read(Machine machine, NodeParts agent, List<Input> topic, int from) {
        int until = random.onceIn(3) ? from + random.nextInt(topic.size() - from + 1) : topic.size();
        for (int at = from; at < until; at++) {
            machine.todo.addAll(agent.on(topic.get(at), now));
        }
        return until;
    }

    private void observe(Machine machine, NodeParts agent) {
        for (PartState part : agent.parts()) {
            Key key = new Key(machine.node, part.key());
            if (part.phase() == PartState.Phase.LAUNCHING && started.contains(key)) {
                machine.todo.addAll(agent.on(new Input.Launched(part.key()), now));
            }
            Input.Exited exit = exits.get(key);
            if (part.mayRun() && exit != null) {
                machine.todo.addAll(agent.on(exit, now));
            }
        }
    }

    private void keep(Machine machine, NodeParts agent) {
        machine.kept = agent.state();
        machine.decisionsKept = machine.decisionsRead;
        machine.wordsKept = machine.wordsRead;
    }

    private boolean cutOff(Machine machine) {
        if (faults && random.onceIn(60)) {
            machine.agent = null;
            return true;
        }
        return false;
    }

    private void act(Machine machine, NodeParts agent, Action action) {
        Key key = new Key(machine.node, action.key());
        switch (action) {
            case Action.Launch(Placement placement) -> {
                if (started.contains(key)) {
                    return;
                }
                if (now > placement.startBefore()) {
                    machine.todo.addAll(agent.on(new Input.TooLate(action.key()), now));
                    keep(machine, agent);
                    return;
                }
                launch(machine, placement, key);
            }
            case Action.Stop(AttemptKey ignored, long graceMs) -> {
                Run run = running.get(key);
                if (started.add(key)) {
                    // It had not begun, and now it never will.
                    exits.put(key, new Input.Exited(key.key(), 143, Input.How.BY_ITSELF));
                } else if (run != null) {
                    run.killAt = Math.min(run.killAt, now + (graceMs == 0 ? 0 : random.nextInt((int) graceMs)));
                }
            }
            case Action.Beat(AttemptKey attempt, boolean asLead) -> {
                if (!random.onceIn(faults ? 5 : 1_000_000)) {
                    words.add(asLead ? new Input.LeadBeat(attempt, now) : new Input.PartBeat(attempt, machine.node));
                    if (asLead) {
                        pool.heard(attempt, now);
                    }
                    machine.todo.addAll(agent.on(new Input.BeatStored(attempt, now), now));
                }
            }
            case Action.Renew(AttemptKey ignored, long until) -> {
                Run run = running.get(key);
                if (run != null) {
                    run.leaseUntil = Math.max(run.leaseUntil, until);
                }
            }
            case Action.Forget forget -> {}
        }
    }

    private void launch(Machine machine, Placement placement, Key key) {
        Set<Integer> gpus = new HashSet<>(
                placement.shares().get(placement.rank(machine.node)).gpus());
        running.values().stream().filter(run -> run.node.equals(machine.node)).forEach(run -> {
            List<Integer> held =
                    run.placement.shares().get(run.placement.rank(machine.node)).gpus();
            require(held.stream().noneMatch(gpus::contains), key + " takes a GPU of " + run.placement.key());
        });
        if (placement.isGang()) {
            require(mayStart(placement), key + " starts and the log does not say so");
        }
        started.add(key);
        int exitCode = failures && random.onceIn(6) ? 3 : 0;
        running.put(key, new Run(placement, machine.node, now + LEASE, now + 200 + random.nextInt(2_000), exitCode));
    }

    /** By the log: every READY stands before any ABORTED. */
    boolean mayStart(Placement placement) {
        Set<String> missing = new HashSet<>(placement.nodeIds());
        for (Input word : words) {
            if (word instanceof Input.Aborted aborted && aborted.key().equals(placement.key())) {
                return false;
            }
            if (word instanceof Input.Ready ready && ready.key().equals(placement.key())) {
                missing.remove(ready.nodeId());
                if (missing.isEmpty()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Stores the next report; the answer may be lost, and it is then stored twice. */
    private void deliver(Machine machine, NodeParts agent) {
        for (Report report : List.copyOf(agent.unsaid())) {
            if (random.onceIn(3)) {
                return;
            }
            AttemptKey key = report.key();
            switch (report.kind()) {
                case READY -> words.add(new Input.Ready(key, report.nodeId()));
                case ABORTED -> words.add(new Input.Aborted(key, report.nodeId(), report.reason()));
                case ENDED -> words.add(new Input.Ended(key, report.nodeId(), report.exitCode(), report.reason()));
                case STARTED, COMPLETED, FAILED, STOPPED -> {}
            }
            pool.on(report, running.keySet().stream().anyMatch(run -> run.key().equals(key)), now);
            if (cutOff(machine)) {
                return;
            }
            agent.on(new Input.ReportStored(report.id()), now);
            keep(machine, agent);
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
