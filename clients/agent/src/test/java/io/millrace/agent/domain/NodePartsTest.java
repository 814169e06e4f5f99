package io.millrace.agent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.agent.domain.Placement.Share;
import io.millrace.agent.domain.Placement.Work;
import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodePartsTest {

    private static final AttemptKey JOB = new AttemptKey("job", 1);
    private static final Work WORK = new Work(List.of("train"), Map.of(), null);
    private static final long LEASE = 1_000;

    private final NodeParts a = new NodeParts("a", NodeState.EMPTY);
    private final NodeParts b = new NodeParts("b", NodeState.EMPTY);

    private static Placement single(AttemptKey key, @Nullable Work work) {
        return new Placement(key, List.of(new Share("a", List.of(0, 1), null)), 500, LEASE, null, work, null, null);
    }

    private static Placement gang(AttemptKey key) {
        return new Placement(
                key,
                List.of(new Share("a", List.of(0), null), new Share("b", List.of(0), null)),
                500,
                LEASE,
                null,
                WORK,
                null,
                null);
    }

    private static List<String> said(NodeParts agent) {
        return agent.unsaid().stream()
                .map(report -> report.kind()
                        + (report.exitCode() == 0 ? "" : " " + report.exitCode())
                        + (report.kind() == Report.Kind.STOPPED ? " " + report.cause() : ""))
                .toList();
    }

    private void runHere(Placement placement) {
        a.on(new Input.Placed(placement), 0);
        assertThat(a.tick(0)).containsExactly(new Action.Launch(placement));
        a.on(new Input.Launched(placement.key()), 10);
    }

    /** Both say READY and read it. */
    private void startGang() {
        Placement gang = gang(JOB);
        for (NodeParts agent : List.of(a, b)) {
            agent.on(new Input.Placed(gang), 0);
            assertThat(agent.tick(0)).isEmpty();
            assertThat(said(agent)).containsExactly("READY");
        }
        both(new Input.Ready(JOB, "b"), 1);
        both(new Input.Ready(JOB, "a"), 1);
        for (NodeParts agent : List.of(a, b)) {
            stored(agent);
            assertThat(agent.tick(2)).containsExactly(new Action.Launch(gang));
            agent.on(new Input.Launched(JOB), 3);
        }
    }

    private void both(Input input, long now) {
        a.on(input, now);
        b.on(input, now);
    }

    private static void stored(NodeParts agent) {
        List.copyOf(agent.unsaid()).forEach(report -> agent.on(new Input.ReportStored(report.id()), 0));
    }

    @Test
    void shouldRunAJobOfOneNodeToItsEnd() {
        runHere(single(JOB, WORK));
        assertThat(said(a)).containsExactly("STARTED");
        a.on(new Input.Exited(JOB, 0, Input.How.BY_ITSELF), 50);
        a.tick(50);
        assertThat(said(a)).containsExactly("STARTED", "COMPLETED");
        stored(a);
        assertThat(a.tick(60)).isEmpty();
        a.on(new Input.Closed(JOB), 70);
        assertThat(a.tick(70)).containsExactly(new Action.Forget(JOB));
        assertThat(a.parts()).isEmpty();
    }

    @Test
    void shouldSayTheExitCodeOfAFailure() {
        runHere(single(JOB, WORK));
        a.on(new Input.Exited(JOB, 9, Input.How.BY_ITSELF), 50);
        a.tick(50);
        assertThat(said(a)).containsExactly("STARTED", "FAILED 9");
    }

    @Test
    void shouldSayOfAJobThatWasOverAtOnceThatItRan() {
        a.on(new Input.Placed(single(JOB, WORK)), 0);
        a.tick(0);
        a.on(new Input.Exited(JOB, 0, Input.How.BY_ITSELF), 1);
        a.tick(1);
        assertThat(said(a)).containsExactly("STARTED", "COMPLETED");
    }

    @Test
    void shouldRunAnAttemptOnceHoweverOftenItIsPlaced() {
        Placement placement = single(JOB, WORK);
        runHere(placement);
        a.on(new Input.Placed(placement), 20);
        assertThat(a.tick(20)).isEmpty();
        NodeParts restarted = new NodeParts("a", a.state());
        restarted.on(new Input.Placed(placement), 30);
        assertThat(restarted.resume()).isEmpty();
        assertThat(restarted.tick(30)).isEmpty();
    }

    @Test
    void shouldLaunchAfterARestartWhatItMayNotHaveLaunched() {
        Placement placement = single(JOB, WORK);
        a.on(new Input.Placed(placement), 0);
        a.tick(0);
        assertThat(new NodeParts("a", a.state()).resume()).containsExactly(new Action.Launch(placement));
    }

    @Test
    void shouldFailAJobWithoutACommand() {
        a.on(new Input.Placed(single(JOB, null)), 0);
        assertThat(a.tick(0)).isEmpty();
        assertThat(said(a)).containsExactly("FAILED 127");
        assertThat(a.unsaid().iterator().next().reason()).isEqualTo("the job has no command; submit it with one");
    }

    @Test
    void shouldNotStartLate() {
        a.on(new Input.Placed(single(JOB, WORK)), 501);
        assertThat(a.tick(501)).isEmpty();
        assertThat(said(a)).containsExactly("STOPPED SCHEDULER");
    }

    @Test
    void shouldStopWhenAskedTo() {
        runHere(single(JOB, WORK));
        a.on(new Input.StopAsked(JOB, Cause.Kind.USER, "cancelled", 77), 20);
        assertThat(a.tick(20)).containsExactly(new Action.Stop(JOB, 77));
        assertThat(a.tick(30)).isEmpty();
        // A job that saves a checkpoint and leaves in good order was stopped all the same.
        a.on(new Input.Exited(JOB, 0, Input.How.BY_ITSELF), 40);
        a.tick(40);
        assertThat(said(a)).containsExactly("STARTED", "STOPPED USER");
        stored(a);
        a.on(new Input.StopAsked(JOB, Cause.Kind.USER, "cancelled", 77), 50);
        assertThat(said(a)).containsExactly("STOPPED USER");
    }

    @Test
    void shouldStayAliveByItsStoredSignsOfLifeOnly() {
        runHere(single(JOB, WORK));
        assertThat(a.tick(210)).containsExactly(new Action.Beat(JOB, true));
        assertThat(a.on(new Input.BeatStored(JOB, 210), 300)).containsExactly(new Action.Renew(JOB, 1_210));
        assertThat(a.tick(960)).containsExactly(new Action.Beat(JOB, true));
        assertThat(a.tick(961)).containsExactly(new Action.Stop(JOB, LEASE / 4));
        a.on(new Input.Exited(JOB, 143, Input.How.BY_ITSELF), 970);
        a.tick(970);
        assertThat(said(a)).containsExactly("STARTED", "STOPPED LEASE_EXPIRED");
    }

    @Test
    void shouldStopByItselfLongAfterTheLimit() {
        Placement limited =
                new Placement(JOB, List.of(new Share("a", List.of(0), null)), 500, 1_000_000, 5_000L, WORK, null, null);
        runHere(limited);
        assertThat(a.tick(125_000)).containsExactly(new Action.Beat(JOB, true));
        assertThat(a.tick(125_001)).containsExactly(new Action.Stop(JOB, 10_000));
    }

    @Test
    void shouldKillWhatTheSchedulerHasGivenUp() {
        runHere(single(JOB, WORK));
        assertThat(a.on(new Input.Closed(JOB), 20)).containsExactly(new Action.Stop(JOB, 0));
        a.on(new Input.Exited(JOB, 137, Input.How.BY_ITSELF), 30);
        assertThat(a.tick(30)).isEmpty();
        assertThat(said(a)).containsExactly("STARTED");
    }

    @Test
    void shouldNotStartOnAGpuThatIsStillHeld() {
        runHere(single(JOB, WORK));
        AttemptKey next = new AttemptKey("next", 1);
        Placement onTheSame = single(next, WORK);
        a.on(new Input.Placed(onTheSame), 20);
        assertThat(a.tick(20)).isEmpty();
        a.on(new Input.Exited(JOB, 0, Input.How.BY_ITSELF), 30);
        assertThat(a.tick(30)).containsExactly(new Action.Launch(onTheSame));
        assertThat(a.holders()).isEqualTo(Map.of(0, "next", 1, "next"));
    }

    @Test
    void shouldStartAGangWhenAllAreReady() {
        startGang();
        assertThat(said(a)).containsExactly("STARTED");
        assertThat(said(b)).isEmpty();
    }

    @Test
    void shouldStartNoGangOfWhichOneGaveUpBefore() {
        for (NodeParts agent : List.of(a, b)) {
            agent.on(new Input.Placed(gang(JOB)), 0);
            agent.tick(0);
        }
        both(new Input.Ready(JOB, "a"), 1);
        // b's READY is stored too late, after its own ABORTED.
        assertThat(b.tick(501)).isEmpty();
        both(new Input.Aborted(JOB, "b", "not every node was ready in time"), 502);
        both(new Input.Ready(JOB, "b"), 503);
        assertThat(a.tick(504)).isEmpty();
        assertThat(b.tick(504)).isEmpty();
        assertThat(said(a)).containsExactly("READY", "STOPPED SCHEDULER");
        assertThat(said(b)).containsExactly("READY", "ABORTED");
    }

    @Test
    void shouldKnowWordsThatCameBeforeThePlacement() {
        a.on(new Input.Ready(JOB, "b"), 0);
        a.on(new Input.Placed(gang(JOB)), 1);
        a.tick(1);
        a.on(new Input.Ready(JOB, "a"), 2);
        assertThat(a.tick(2)).containsExactly(new Action.Launch(gang(JOB)));
    }

    @Test
    void shouldCompleteAGangWhenAllPartsHave() {
        startGang();
        a.on(new Input.Exited(JOB, 0, Input.How.BY_ITSELF), 50);
        a.tick(50);
        assertThat(said(a)).containsExactly("STARTED", "ENDED");
        both(new Input.Ended(JOB, "a", 0, ""), 51);
        both(new Input.PartBeat(JOB, "b"), 900);
        assertThat(a.tick(900)).containsExactly(new Action.Beat(JOB, true));
        both(new Input.Ended(JOB, "b", 0, ""), 910);
        a.tick(910);
        assertThat(said(a)).containsExactly("STARTED", "ENDED", "COMPLETED");
    }

    @Test
    void shouldEndAGangWhenOnePartFails() {
        startGang();
        b.on(new Input.Exited(JOB, 5, Input.How.BY_ITSELF), 50);
        b.tick(50);
        assertThat(said(b)).containsExactly("ENDED 5");
        both(new Input.Ended(JOB, "b", 5, "exit code 5"), 51);
        assertThat(a.tick(51)).containsExactly(new Action.Stop(JOB, 10_000));
        a.on(new Input.Exited(JOB, 143, Input.How.BY_ITSELF), 60);
        a.tick(60);
        assertThat(said(a)).containsExactly("STARTED", "ENDED 143");
        both(new Input.Ended(JOB, "a", 143, "exit code 143"), 61);
        a.tick(61);
        assertThat(said(a)).containsExactly("STARTED", "ENDED 143", "FAILED 5");
    }

    @Test
    void shouldTellTheLossOfANodeWhenNothingCanRunThereAnyMore() {
        startGang();
        for (long now = 100; now <= 1_500; now += 100) {
            a.tick(now);
            a.on(new Input.BeatStored(JOB, now), now);
        }
        assertThat(a.tick(1_501)).isEmpty();
        assertThat(a.tick(1_502)).containsExactly(new Action.Stop(JOB, 250));
        a.on(new Input.Exited(JOB, 143, Input.How.BY_ITSELF), 1_510);
        a.tick(1_510);
        both(new Input.Aborted(JOB, "a", ""), 1_511);
        both(new Input.Ended(JOB, "a", 143, ""), 1_511);
        a.tick(1_511);
        assertThat(said(a)).containsExactly("STARTED", "ABORTED", "ENDED 143", "STOPPED NODE_LOST");
    }

    @Test
    void shouldStopItsPartWhenTheLeadIsSilent() {
        startGang();
        b.on(new Input.BeatStored(JOB, 700), 700);
        assertThat(b.tick(752)).contains(new Action.Stop(JOB, 250));
        assertThat(said(b)).containsExactly("ABORTED");
    }

    @Test
    void shouldNotTakeAnOldWordOfTheLeadForANewOne() {
        startGang();
        b.on(new Input.BeatStored(JOB, 900), 900);
        b.on(new Input.LeadBeat(JOB, 100), 900);
        assertThat(b.tick(900)).contains(new Action.Stop(JOB, 250));
    }

    @Test
    void shouldStopAllWhenItIsShutDown() {
        runHere(single(JOB, WORK));
        a.on(new Input.ShutDown(40), 50);
        assertThat(a.tick(50)).containsExactly(new Action.Stop(JOB, 40));
        a.on(new Input.Exited(JOB, 143, Input.How.BY_ITSELF), 60);
        a.tick(60);
        assertThat(said(a)).containsExactly("STARTED", "STOPPED NODE_LOST");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void shouldStartAllPartsOrNoneWhateverTheOrder(int nodes) {
        SeededRandom random = SeededRandom.of("NodePartsTest");
        for (int run = 0; run < 60; run++) {
            World world = new World(random, nodes);
            play(world, 12, 0);
            world.pool
                    .jobs
                    .values()
                    .forEach(job -> assertThat(job.end)
                            .extracting(Report::kind)
                            .as(job.id)
                            .isEqualTo(Report.Kind.COMPLETED));
            world.pool.decisions.stream()
                    .filter(Input.Placed.class::isInstance)
                    .map(placed -> ((Input.Placed) placed).placement())
                    .filter(world::mayStart)
                    .forEach(placement -> placement
                            .nodeIds()
                            .forEach(node -> assertThat(world.started).contains(new World.Key(node, placement.key()))));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void shouldHoldNoGpuTwiceWhateverHappensToAgents(int nodes) {
        SeededRandom random = SeededRandom.of("NodePartsTest");
        for (int run = 0; run < 150; run++) {
            World world = new World(random, nodes);
            world.faults = true;
            world.failures = true;
            play(world, 12, 30);
            world.pool
                    .jobs
                    .values()
                    .forEach(job -> assertThat(job.end).as(job.id).isNotNull());
        }
    }

    /** Found at random: the agent was cut off after it meant to start a part, and asked to stop it before it did. */
    @Test
    void shouldEndWhatIsStoppedBeforeItBegan() {
        World world = new World(SeededRandom.of("NodePartsTest", 1), 1);
        world.pool.submit("j", 1, 1);
        world.pool.tick(world.now);
        World.Machine machine = world.machines.getFirst();
        NodeParts agent = new NodeParts(machine.node, machine.kept);
        agent.on(world.pool.decisions.getFirst(), world.now);
        agent.tick(world.now);
        agent.tick(world.now);
        assertThat(agent.parts().getFirst().phase()).isEqualTo(PartState.Phase.LAUNCHING);
        machine.kept = agent.state();
        machine.decisionsKept = 1;
        world.pool.stop(Objects.requireNonNull(world.pool.jobs.get("j")));
        machine.decisionsKept = 2;
        agent.on(world.pool.decisions.getLast(), world.now);
        agent.tick(world.now);
        machine.kept = agent.state();
        for (int step = 0; step < 100 && world.pool.jobs.values().iterator().next().placed != null; step++) {
            world.advance(10);
            world.turn(machine);
        }
        assertThat(world.started).hasSize(1);
        assertThat(world.running).isEmpty();
        assertThat(world.pool.jobs.values().iterator().next().placed).isNull();
    }

    /** Until all jobs have ended; with faults only for a while, so that they do. */
    private static void play(World world, int jobs, int stopOnceIn) {
        List<ScriptedPool.PoolJob> all = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            world.pool.submit("j" + i, 1 + world.random.nextInt(world.machines.size()), 1 + world.random.nextInt(4));
        }
        all.addAll(world.pool.jobs.values());
        for (int step = 0; step < 20_000 && all.stream().anyMatch(job -> job.end == null); step++) {
            world.faults &= step < 2_000;
            world.advance(world.random.nextInt(40));
            world.pool.tick(world.now);
            if (stopOnceIn > 0 && step < 2_000 && world.random.onceIn(stopOnceIn)) {
                world.pool.stop(world.random.pick(all));
            }
            for (World.Machine machine : world.machines) {
                if (!(world.faults && world.random.onceIn(3))) {
                    world.turn(machine);
                }
            }
        }
    }
}
