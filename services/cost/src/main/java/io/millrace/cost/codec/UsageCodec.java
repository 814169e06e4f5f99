package io.millrace.cost.codec;

import io.millrace.cost.domain.ledger.LedgerInput;
import io.millrace.cost.domain.prices.PriceKey;
import io.millrace.cost.domain.prices.PurchaseOption;
import io.millrace.cost.domain.statement.Charge;
import io.millrace.cost.domain.statement.StatementInput;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What topics tell of nodes and jobs, as the ledgers of nodes and the statements hear of it. Of an attempt the start is
 * what its agents said, the end what the scheduler made of it. Topics may be read in any order: what is told of an attempt
 * before its placement waits for it.
 */
public final class UsageCodec {

    /** What the ledger of one node hears. */
    public record OfNode(String node, LedgerInput input) {}

    private record Attempt(String job, int number) {}

    /** GPUs by node. */
    private record Placement(Map<String, Integer> gpus, PriceKey price) {}

    private static final String UNKNOWN = "unknown";

    private final Function<String, PurchaseOption> options;
    private final Map<Attempt, Placement> placements = new HashMap<>();
    private final Map<Attempt, List<Function<Placement, List<OfNode>>>> early = new HashMap<>();

    /** @param options how the nodes of a pool are paid for */
    public UsageCodec(Function<String, PurchaseOption> options) {
        this.options = options;
    }

    public List<OfNode> node(String node, NodeEvent event) {
        long at = event.getOccurredAt().toEpochMilli();
        return switch (event.getPayload()) {
            case NodeUp up
            when up.getGpus() > 0 ->
                List.of(new OfNode(
                        node,
                        new LedgerInput.NodeUp(
                                event.getEventId(), at, up.getGpus(), price(up.getGpuType(), up.getPool()))));
            case NodeDown down -> List.of(new OfNode(node, new LedgerInput.NodeDown(event.getEventId(), at)));
            default -> List.of(); // signs of life, and what the scheduler draws conclusions from
        };
    }

    public List<OfNode> decided(String job, JobDecision event) {
        return switch (event.getPayload()) {
            case JobPlaced placed -> placed(job, placed, event.getPool());
            case JobRequeued again ->
                ended(job, again.getAttempt(), event.getEventId(), again.getStartedAt(), again.getEndedAt());
            case JobEnded over ->
                ended(job, over.getAttempt(), event.getEventId(), over.getStartedAt(), over.getEndedAt());
            default -> List.of();
        };
    }

    public List<OfNode> attempted(String job, AttemptEvent event) {
        if (!(event.getPayload() instanceof JobStarted started)) {
            return List.of();
        }
        long at = event.getOccurredAt().toEpochMilli();
        return placed(new Attempt(job, started.getAttempt()), placement -> {
            List<OfNode> inputs = new ArrayList<>();
            placement
                    .gpus()
                    .forEach((node, gpus) -> inputs.add(new OfNode(
                            node,
                            new LedgerInput.AttemptStarted(
                                    event.getEventId() + "/" + node,
                                    at,
                                    job,
                                    started.getAttempt(),
                                    gpus,
                                    placement.price()))));
            return inputs;
        });
    }

    private List<OfNode> placed(String job, JobPlaced placed, String pool) {
        Map<String, Integer> gpus = new HashMap<>();
        placed.getNodes()
                .forEach(share -> gpus.merge(share.getNodeId(), share.getGpus().size(), Integer::sum));
        gpus.values().removeIf(count -> count == 0);
        Attempt attempt = new Attempt(job, placed.getAttempt());
        Placement placement = new Placement(gpus, price(placed.getGpuType(), pool));
        placements.put(attempt, placement);
        List<OfNode> inputs = new ArrayList<>();
        List<Function<Placement, List<OfNode>>> waiting = early.remove(attempt);
        if (waiting != null) {
            waiting.forEach(told -> inputs.addAll(told.apply(placement)));
        }
        return inputs;
    }

    private List<OfNode> ended(String job, int number, String eventId, @Nullable Instant startedAt, Instant endedAt) {
        if (startedAt == null) {
            return List.of(); // it held GPUs for nobody's money: it never ran
        }
        return placed(
                new Attempt(job, number),
                placement -> placement.gpus().keySet().stream()
                        .map(node -> new OfNode(
                                node,
                                new LedgerInput.AttemptEnded(
                                        eventId + "/" + node, endedAt.toEpochMilli(), job, number)))
                        .toList());
    }

    private List<OfNode> placed(Attempt attempt, Function<Placement, List<OfNode>> told) {
        Placement placement = placements.get(attempt);
        if (placement != null) {
            return told.apply(placement);
        }
        early.computeIfAbsent(attempt, key -> new ArrayList<>()).add(told);
        return List.of();
    }

    private PriceKey price(@Nullable String gpuType, String pool) {
        return new PriceKey(gpuType == null || gpuType.isBlank() ? UNKNOWN : gpuType, options.apply(pool));
    }

    /** To whom a job is charged, as far as its submission says; null for what is none. */
    public StatementInput.@Nullable JobTagged tagged(String job, JobEvent event) {
        if (!(event.getPayload() instanceof JobSubmitted submitted)) {
            return null;
        }
        Map<String, String> tags = submitted.getTags();
        return new StatementInput.JobTagged(
                event.getEventId(),
                new Charge(
                        submitted.getTeam(),
                        tags.getOrDefault("project", ""),
                        tags.getOrDefault("environment", ""),
                        tags.getOrDefault("owner", ""),
                        tags.getOrDefault("cost_center", ""),
                        submitted.getUser(),
                        job,
                        tags.getOrDefault("run", ""),
                        tags.getOrDefault("model_version", "")),
                event.getOccurredAt().toEpochMilli());
    }
}
