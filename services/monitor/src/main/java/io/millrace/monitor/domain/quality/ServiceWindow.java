package io.millrace.monitor.domain.quality;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a model version, or a segment of its traffic, was served in a window. Order-free, of bounded size. */
public final class ServiceWindow {

    /** Classes that are counted apart; others are one. */
    public static final int MOST_CLASSES = 64;

    /** What the others are counted as. */
    public static final String OTHER = "(other)";

    private long requests;
    private long errors;
    private long ahead;
    private long repeated;
    private final LogSketch latency;
    private final ShareHistogram confidence;
    private final ShareHistogram scores;
    private final TreeMap<String, Long> classes;

    public ServiceWindow() {
        this(0, 0, 0, 0, new LogSketch(), new ShareHistogram(), new ShareHistogram(), Map.of());
    }

    /**
     * @param ahead requests whose clock was well ahead of the others
     * @param repeated predictions that came twice; they count once
     * @param latency ms
     * @param scores of those that are shares
     * @param classes how often each class was answered
     */
    public ServiceWindow(
            long requests,
            long errors,
            long ahead,
            long repeated,
            LogSketch latency,
            ShareHistogram confidence,
            ShareHistogram scores,
            Map<String, Long> classes) {
        this.requests = requests;
        this.errors = errors;
        this.ahead = ahead;
        this.repeated = repeated;
        this.latency = latency;
        this.confidence = confidence;
        this.scores = scores;
        this.classes = new TreeMap<>(classes);
    }

    /**
     * One answer of a model.
     *
     * @param failed whether there was none
     * @param latencyMs null where nobody took it
     */
    public record Answer(
            boolean failed,
            @Nullable Double latencyMs,
            @Nullable Double confidence,
            @Nullable Double score,
            @Nullable String label) {}

    /** @param isAhead whether its clock was well ahead of the others */
    public void add(Answer answer, boolean isAhead) {
        requests++;
        errors += answer.failed() ? 1 : 0;
        ahead += isAhead ? 1 : 0;
        Double taken = answer.latencyMs();
        if (taken != null && taken >= 0) {
            latency.add(taken);
        }
        addShare(confidence, answer.confidence());
        addShare(scores, answer.score());
        String label = answer.label();
        if (label != null) {
            count(label, 1);
        }
    }

    private static void addShare(ShareHistogram histogram, @Nullable Double value) {
        if (value != null && ShareHistogram.isShare(value)) {
            histogram.add(value);
        }
    }

    // Which classes are told apart must not hang on their order: the first by name are, and what they displace is
    // OTHER.
    private void count(String label, long times) {
        classes.merge(label, times, Math::addExact);
        long displaced = 0;
        while (classes.size() - (classes.containsKey(OTHER) ? 1 : 0) > MOST_CLASSES) {
            Map.Entry<String, Long> last = classes.pollLastEntry();
            displaced += last == null ? 0 : last.getValue();
        }
        if (displaced > 0) {
            classes.merge(OTHER, displaced, Math::addExact);
        }
    }

    public void merge(ServiceWindow other) {
        requests = Math.addExact(requests, other.requests);
        errors = Math.addExact(errors, other.errors);
        ahead = Math.addExact(ahead, other.ahead);
        repeated = Math.addExact(repeated, other.repeated);
        latency.merge(other.latency);
        confidence.merge(other.confidence);
        scores.merge(other.scores);
        other.classes.forEach(this::count);
    }

    public long requests() {
        return requests;
    }

    public long errors() {
        return errors;
    }

    public long ahead() {
        return ahead;
    }

    public long repeated() {
        return repeated;
    }

    /** A prediction came again that was counted already. */
    public void repeat() {
        repeated++;
    }

    /** From 0 to 1; 0 without requests. */
    public double errorRate() {
        return requests == 0 ? 0 : (double) errors / requests;
    }

    public LogSketch latency() {
        return latency;
    }

    public ShareHistogram confidence() {
        return confidence;
    }

    public ShareHistogram scores() {
        return scores;
    }

    public Map<String, Long> classes() {
        return Map.copyOf(classes);
    }
}
