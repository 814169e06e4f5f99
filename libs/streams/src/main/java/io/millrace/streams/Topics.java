package io.millrace.streams;

import static io.millrace.streams.Topic.Principal.AGENTS;
import static io.millrace.streams.Topic.Principal.COST;
import static io.millrace.streams.Topic.Principal.GOVERNANCE;
import static io.millrace.streams.Topic.Principal.MONITOR;
import static io.millrace.streams.Topic.Principal.SCHEDULER;
import static io.millrace.streams.Topic.Principal.SIMULATOR;
import static io.millrace.streams.Topic.Principal.TRACKER;
import static io.millrace.streams.Topic.Principal.USERS;

import io.millrace.events.alert.AlertEvent;
import io.millrace.events.alertaction.AlertActionEvent;
import io.millrace.events.alertinput.AlertInputEvent;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.audit.AuditEvent;
import io.millrace.events.checkpoint.CheckpointEvent;
import io.millrace.events.clock.ClockEvent;
import io.millrace.events.cycle.CycleEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.drift.DriftEvent;
import io.millrace.events.experiment.ExperimentEvent;
import io.millrace.events.fairanswer.FairAnswerEvent;
import io.millrace.events.fairdecision.FairDecisionEvent;
import io.millrace.events.fairness.FairnessEvent;
import io.millrace.events.job.JobEvent;
import io.millrace.events.label.LabelEvent;
import io.millrace.events.log.LogEvent;
import io.millrace.events.model.ModelEvent;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.org.OrgEvent;
import io.millrace.events.outcome.OutcomeEvent;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.pool.PoolInput;
import io.millrace.events.poolusage.PoolUsageEvent;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.reason.PendingEvent;
import io.millrace.events.reference.ReferenceEvent;
import io.millrace.events.refusal.RefusalEvent;
import io.millrace.events.run.RunEvent;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.telemetry.TelemetryEvent;
import io.millrace.events.truth.TruthEvent;
import io.millrace.events.usage.UsageEvent;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topic.Retention;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * Every topic of Millrace, declared once. The stack creates topics from this list and nothing else creates any. To add
 * one: write {@code schemas/avro/<topic>.avsc}, declare it here, add it to {@link #ALL}.
 */
public final class Topics {

    /** Topics cut by job, node, team or the like. Those keyed by job id are read together, so they all have this many. */
    public static final int KEYED_PARTITIONS = 6;

    /** Pools are mapped to these partitions explicitly; the number never changes. */
    public static final int POOL_PARTITIONS = 8;

    private static final int SEVEN_YEARS = 7 * 365 + 2; // days

    private static final Set<Principal> EVERYONE = EnumSet.allOf(Principal.class);

    public static final Topic<JobEvent> JOB_EVENTS = new Topic<>(
            "job-events",
            "job id",
            JobEvent.class,
            KEYED_PARTITIONS,
            days(30),
            USERS,
            Set.of(USERS, AGENTS, SIMULATOR),
            EVERYONE,
            true);

    public static final Topic<AttemptEvent> ATTEMPT_EVENTS = new Topic<>(
            "attempt-events",
            "job id",
            AttemptEvent.class,
            KEYED_PARTITIONS,
            days(30),
            AGENTS,
            Set.of(AGENTS, SIMULATOR),
            EVERYONE,
            true);

    /** What running jobs write. Kept for a look at it, not for ever: files hold the rest. */
    public static final Topic<LogEvent> JOB_LOGS = new Topic<>(
            "job-logs", "job id", LogEvent.class, KEYED_PARTITIONS, days(7), AGENTS, Set.of(AGENTS), EVERYONE, false);

    public static final Topic<NodeEvent> NODE_EVENTS = new Topic<>(
            "node-events",
            "node id",
            NodeEvent.class,
            KEYED_PARTITIONS,
            days(30),
            AGENTS,
            Set.of(AGENTS, SIMULATOR),
            EVERYONE,
            true);

    public static final Topic<TelemetryEvent> GPU_TELEMETRY = new Topic<>(
            "gpu-telemetry",
            "node id",
            TelemetryEvent.class,
            KEYED_PARTITIONS,
            days(7),
            AGENTS,
            Set.of(AGENTS, SIMULATOR),
            EVERYONE,
            true);

    public static final Topic<PolicyEvent> POLICY_EVENTS =
            owned(SCHEDULER, "policy-events", "policy, or job id", PolicyEvent.class, 1, forever(), true);

    public static final Topic<OrgEvent> ORG_EVENTS =
            owned(SCHEDULER, "org-events", "team/name or user/name", OrgEvent.class, 1, forever(), true);

    /** Played time; written only while a play drives the stack. */
    public static final Topic<ClockEvent> CLOCK = new Topic<>(
            "clock",
            "play id",
            ClockEvent.class,
            1,
            days(30),
            SIMULATOR,
            Set.of(SIMULATOR),
            Set.of(SCHEDULER, MONITOR),
            false);

    public static final Topic<PoolInput> POOL_INPUTS = new Topic<>(
            "pool-inputs",
            "pool",
            PoolInput.class,
            POOL_PARTITIONS,
            days(365),
            SCHEDULER,
            Set.of(SCHEDULER),
            Set.of(SCHEDULER, GOVERNANCE, USERS),
            false);

    public static final Topic<JobDecision> JOB_DECISIONS =
            owned(SCHEDULER, "job-decisions", "job id", JobDecision.class, KEYED_PARTITIONS, days(365), true);

    public static final Topic<CycleEvent> SCHEDULING_CYCLES =
            owned(SCHEDULER, "scheduling-cycles", "pool", CycleEvent.class, POOL_PARTITIONS, days(365), true);

    public static final Topic<PendingEvent> PENDING_REASONS =
            owned(SCHEDULER, "pending-reasons", "job id", PendingEvent.class, KEYED_PARTITIONS, compacted(), false);

    /** What {@link #FAIR_SHARE_USAGE} is summed from. */
    public static final Topic<PoolUsageEvent> POOL_USAGE = owned(
            SCHEDULER, "pool-usage", "team/user/pool", PoolUsageEvent.class, KEYED_PARTITIONS, compacted(), false);

    public static final Topic<UsageEvent> FAIR_SHARE_USAGE = owned(
            SCHEDULER, "fair-share-usage", "team or team/user", UsageEvent.class, KEYED_PARTITIONS, compacted(), false);

    /** Written by training code itself, and by the tracker for those who speak its REST API. */
    public static final Topic<RunEvent> RUN_EVENTS = new Topic<>(
            "run-events",
            "run id",
            RunEvent.class,
            KEYED_PARTITIONS,
            forever(),
            USERS,
            Set.of(USERS, TRACKER),
            EVERYONE,
            true);

    /** What of {@link #RUN_EVENTS} does not hold, and why. */
    public static final Topic<RefusalEvent> RUN_REFUSALS =
            owned(TRACKER, "run-refusals", "run id", RefusalEvent.class, KEYED_PARTITIONS, forever(), true);

    /** One partition: who takes a name first has it. */
    public static final Topic<ExperimentEvent> EXPERIMENT_EVENTS =
            owned(TRACKER, "experiment-events", "experiment id", ExperimentEvent.class, 1, forever(), true);

    /** One partition: who takes a name first has it. */
    public static final Topic<ModelEvent> MODEL_EVENTS =
            owned(TRACKER, "model-events", "model name", ModelEvent.class, 1, forever(), true);

    public static final Topic<PredictionEvent> PREDICTIONS = new Topic<>(
            "predictions",
            "model version",
            PredictionEvent.class,
            KEYED_PARTITIONS,
            days(7),
            USERS,
            Set.of(USERS, MONITOR), // which says there that nobody said anything
            EVERYONE,
            true);

    public static final Topic<SignalEvent> ALERT_SIGNALS = new Topic<>(
            "alert-signals",
            "fingerprint",
            SignalEvent.class,
            KEYED_PARTITIONS,
            days(90),
            MONITOR,
            Set.of(SCHEDULER, TRACKER, GOVERNANCE, COST, MONITOR),
            EVERYONE,
            true);

    public static final Topic<LabelEvent> LABELS = new Topic<>(
            "labels",
            "prediction id",
            LabelEvent.class,
            KEYED_PARTITIONS,
            days(30),
            USERS,
            Set.of(USERS),
            EVERYONE,
            true);

    /** What {@link #LABELS} look for: predictions by their ids. */
    public static final Topic<OutcomeEvent> PREDICTION_OUTCOMES = owned(
            MONITOR, "prediction-outcomes", "prediction id", OutcomeEvent.class, KEYED_PARTITIONS, days(35), false);

    public static final Topic<TruthEvent> PREDICTION_TRUTHS =
            owned(MONITOR, "prediction-truths", "model version", TruthEvent.class, KEYED_PARTITIONS, days(35), false);

    /** What is normal of a model version. Kept as long as windows may be compared with it. */
    public static final Topic<ReferenceEvent> REFERENCES =
            owned(MONITOR, "references", "model version", ReferenceEvent.class, KEYED_PARTITIONS, days(365), true);

    public static final Topic<DriftEvent> DRIFT_STATS =
            owned(MONITOR, "drift-stats", "model version/feature", DriftEvent.class, KEYED_PARTITIONS, days(90), false);

    public static final Topic<VerdictEvent> MODEL_VERDICTS =
            owned(MONITOR, "model-verdicts", "model version", VerdictEvent.class, KEYED_PARTITIONS, days(90), true);

    public static final Topic<AlertActionEvent> ALERT_ACTIONS = owned(
            MONITOR, "alert-actions", "rules, fingerprint or silence", AlertActionEvent.class, 1, forever(), true);

    public static final Topic<AlertInputEvent> ALERT_INPUTS = new Topic<>(
            "alert-inputs",
            "engine",
            AlertInputEvent.class,
            1,
            days(90),
            MONITOR,
            Set.of(MONITOR),
            Set.of(MONITOR, GOVERNANCE, USERS),
            false);

    public static final Topic<AlertEvent> ALERTS =
            owned(MONITOR, "alerts", "fingerprint or group", AlertEvent.class, KEYED_PARTITIONS, days(90), true);

    /** What is told of all records of all topics that are audited. One partition: its order is the log. */
    public static final Topic<AuditEvent> AUDIT_LOG =
            owned(GOVERNANCE, "audit-log", "log id", AuditEvent.class, 1, days(SEVEN_YEARS), false);

    public static final Topic<CheckpointEvent> AUDIT_CHECKPOINTS =
            owned(GOVERNANCE, "audit-checkpoints", "log id", CheckpointEvent.class, 1, days(SEVEN_YEARS), false);

    /** What {@link #LABELS} look for where groups are compared: decisions about their members. */
    public static final Topic<FairAnswerEvent> FAIRNESS_ANSWERS = owned(
            GOVERNANCE, "fairness-answers", "prediction id", FairAnswerEvent.class, KEYED_PARTITIONS, days(35), false);

    public static final Topic<FairDecisionEvent> FAIRNESS_DECISIONS = owned(
            GOVERNANCE,
            "fairness-decisions",
            "model version",
            FairDecisionEvent.class,
            KEYED_PARTITIONS,
            days(35),
            false);

    public static final Topic<FairnessEvent> FAIRNESS_STATS = owned(
            GOVERNANCE, "fairness-stats", "model version", FairnessEvent.class, KEYED_PARTITIONS, forever(), true);

    public static final List<Topic<?>> ALL = List.of(
            JOB_EVENTS,
            ATTEMPT_EVENTS,
            JOB_LOGS,
            NODE_EVENTS,
            GPU_TELEMETRY,
            POLICY_EVENTS,
            ORG_EVENTS,
            CLOCK,
            POOL_INPUTS,
            JOB_DECISIONS,
            SCHEDULING_CYCLES,
            PENDING_REASONS,
            POOL_USAGE,
            FAIR_SHARE_USAGE,
            RUN_EVENTS,
            RUN_REFUSALS,
            EXPERIMENT_EVENTS,
            MODEL_EVENTS,
            PREDICTIONS,
            ALERT_SIGNALS,
            LABELS,
            PREDICTION_OUTCOMES,
            PREDICTION_TRUTHS,
            REFERENCES,
            DRIFT_STATS,
            MODEL_VERDICTS,
            ALERT_ACTIONS,
            ALERT_INPUTS,
            ALERTS,
            FAIRNESS_ANSWERS,
            FAIRNESS_DECISIONS,
            FAIRNESS_STATS,
            AUDIT_LOG,
            AUDIT_CHECKPOINTS);

    /** How long a dead-letter topic keeps what could not be read. */
    public static final Duration DEAD_LETTER_RETENTION = Duration.ofDays(30);

    private Topics() {}

    /**
     * Reads the partition of {@code pool-inputs} of each pool: {@code a=0,b=1}.
     *
     * @throws IllegalArgumentException when the text is none such
     */
    public static Map<String, Integer> poolPartitions(String text) {
        Map<String, Integer> pools = new LinkedHashMap<>();
        for (String entry : text.split(",", -1)) {
            String[] parts = entry.trim().split("=", -1);
            if (parts.length != 2
                    || parts[0].isBlank()
                    || !parts[1].matches("\\d{1,4}")
                    || Integer.parseInt(parts[1]) >= POOL_PARTITIONS
                    || pools.put(parts[0], Integer.valueOf(parts[1])) != null) {
                throw new IllegalArgumentException("pools must be NAME=PARTITION, separated by commas, each name once,"
                        + " partitions below " + POOL_PARTITIONS + ", not '" + text + "'");
            }
        }
        return pools;
    }

    /** What a service alone writes, and everyone may read. */
    private static <E extends SpecificRecord> Topic<E> owned(
            Principal service,
            String name,
            String key,
            Class<E> type,
            int partitions,
            Retention kept,
            boolean audited) {
        return new Topic<>(name, key, type, partitions, kept, service, Set.of(service), EVERYONE, audited);
    }

    private static Retention days(int days) {
        return new Retention.Lasting(Duration.ofDays(days));
    }

    private static Retention forever() {
        return new Retention.Forever();
    }

    private static Retention compacted() {
        return new Retention.Compacted();
    }
}
