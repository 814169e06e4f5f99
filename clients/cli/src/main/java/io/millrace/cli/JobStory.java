package io.millrace.cli;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.JobFailed;
import io.millrace.events.decision.EndState;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.decision.PreemptionRequested;
import io.millrace.events.decision.StopRequested;
import io.millrace.events.log.LogAppended;
import io.millrace.events.log.LogEvent;
import io.millrace.events.log.LogTruncated;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What becomes of some jobs, told as their events come: news, what they write, and how they end. */
final class JobStory {

    /** Exit status of a job that reached its limit, as {@code timeout} has it. */
    static final int TIMED_OUT = 124;

    /** Exit status of a job that somebody took back, as of a program ended by Ctrl-C. */
    static final int TAKEN_BACK = 130;

    private record AttemptOf(String jobId, int attempt) {}

    private final Set<String> jobs;
    private final @Nullable Integer rank;
    private final Consumer<String> news;
    private final JobOutput output;
    private final Map<AttemptOf, Integer> nodes = new HashMap<>();
    private final Map<AttemptOf, Integer> exitCodes = new HashMap<>();
    private final Map<String, JobEnded> ended = new HashMap<>();
    private final Map<String, JobRejected> rejected = new HashMap<>();
    private final Set<String> queued = new LinkedHashSet<>();

    /**
     * @param rank whose output is told; null for all
     * @param news takes a line at a time
     * @param out takes text, line ends included
     */
    JobStory(Collection<String> jobs, @Nullable Integer rank, Consumer<String> news, Consumer<String> out) {
        this.jobs = new LinkedHashSet<>(jobs);
        this.rank = rank;
        this.news = news;
        this.output = new JobOutput(out);
    }

    boolean isAbout(@Nullable String jobId) {
        return jobs.contains(jobId);
    }

    void decided(String jobId, JobDecision decision) {
        switch (decision.getPayload()) {
            case JobQueued accepted -> {
                queued.add(jobId);
                news.accept(jobId + " waits in queue " + accepted.getQueue());
            }
            case JobRejected refused -> {
                // A later submission under a name that is taken changes nothing for the job that has it.
                if (!queued.contains(jobId)) {
                    rejected.put(jobId, refused);
                    news.accept(jobId + " is refused: " + refused.getMessage());
                }
            }
            case JobPlaced placed -> {
                nodes.put(
                        new AttemptOf(jobId, placed.getAttempt()),
                        placed.getNodes().size());
                news.accept(jobId + " starts, attempt " + placed.getAttempt() + " on "
                        + placed.getNodes().stream().map(NodeShare::getNodeId).collect(Collectors.joining(", "))
                        + (placed.getResume() == null
                                ? ""
                                : ", from step " + placed.getResume().getStep()));
            }
            case PreemptionRequested preempted ->
                news.accept(jobId + " has to make room"
                        + (preempted.getForJob() == null ? ", a manager asked" : " for " + preempted.getForJob()));
            case StopRequested stop -> news.accept(jobId + " has to stop: " + stop.getCause());
            case JobRequeued again ->
                news.accept(jobId + " waits again, attempt " + again.getAttempt() + " is over: " + again.getCause());
            case JobEnded over -> ended.put(jobId, over);
            default -> {} // promises and warnings: 'explain' has them
        }
    }

    void attempted(String jobId, AttemptEvent event) {
        if (event.getPayload() instanceof JobFailed failed) {
            exitCodes.put(new AttemptOf(jobId, failed.getAttempt()), failed.getExitCode());
        }
    }

    void logged(String jobId, LogEvent event) {
        switch (event.getPayload()) {
            case LogAppended appended
            when isTold(appended.getRank()) ->
                output.append(jobId, appended, prefix(jobId, appended.getAttempt(), appended.getRank()));
            case LogTruncated cut
            when isTold(cut.getRank()) ->
                news.accept(jobId + " wrote more than is kept; the rest lies on " + cut.getNodeId());
            default -> {} // another rank's
        }
    }

    private boolean isTold(int writer) {
        return rank == null || rank == writer;
    }

    private String prefix(String jobId, int attempt, int writer) {
        boolean several = rank == null && nodes.getOrDefault(new AttemptOf(jobId, attempt), 1) > 1;
        String who = (jobs.size() > 1 ? jobId : "") + (several ? "[" + writer + "]" : "");
        return who.isEmpty() ? "" : who + " ";
    }

    /** Whether every job has ended or was refused. */
    boolean isOver() {
        return jobs.stream().allMatch(job -> ended.containsKey(job) || rejected.containsKey(job));
    }

    /** Tells what nobody ended with a new line. */
    void finish() {
        output.finish();
    }

    /** @param ends takes a line for each job that has ended: how */
    void tellEnds(Consumer<String> ends) {
        finish();
        jobs.forEach(job -> {
            JobEnded over = ended.get(job);
            if (over != null) {
                boolean told =
                        over.getState() != EndState.FAILED || over.getMessage().contains("exit code");
                ends.accept(job + " " + over.getState()
                        + (told ? "" : ", exit code " + exitCode(job))
                        + (over.getMessage().isEmpty() ? "" : ": " + over.getMessage()));
            }
        });
    }

    /** The first that is not 0, in the order of the jobs. */
    int exitCode() {
        return jobs.stream()
                .mapToInt(this::exitCode)
                .filter(code -> code != 0)
                .findFirst()
                .orElse(0);
    }

    private int exitCode(String job) {
        JobEnded over = ended.get(job);
        if (over == null) {
            return 1;
        }
        return switch (over.getState()) {
            case COMPLETED -> 0;
            case FAILED -> Math.max(1, exitCodes.getOrDefault(new AttemptOf(job, over.getAttempt()), 1));
            case TIMED_OUT -> TIMED_OUT;
            case STOPPED, CANCELLED -> TAKEN_BACK;
            case UNKNOWN -> 1;
        };
    }
}
