package io.millrace.simulator.traffic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What happens to a model in production: it answers at an even pace what its reference has prepared it for; then what is
 * right changes, and later who asks changes. All of it is somebody's real answers and truths; planted is only which of
 * them come when.
 *
 * @param fromMs when the first answer is given; ms of played time
 * @param reference what is normal of the model's answers
 * @param answers in the order they are given in, {@link #BETWEEN} after one another
 * @param planted what changes, by its name
 */
public record Story(long fromMs, List<Answer> reference, List<Answer> answers, Map<String, Change> planted) {

    public static final String MODEL = "sea";
    public static final String VERSION = "1";
    public static final String KEY = MODEL + "/" + VERSION;

    /** From one answer to the next. */
    public static final Duration BETWEEN = Duration.ofSeconds(6);

    /** From an answer to its truth. */
    public static final Duration UNTIL_TRUTH = Duration.ofDays(2);

    /** What is right for the same question changes. */
    public static final String CONCEPT = "concept";

    /** Questions of another kind come. */
    public static final String POPULATION = "population";

    private static final int REFERENCE = 3000;
    private static final int LEARNT = 0;
    private static final int CHANGED = 3;
    private static final int AN_HOUR = (int) Duration.ofHours(1).dividedBy(BETWEEN);
    private static final String SHIFTED = "f1";
    private static final double SHIFTED_FROM = 3;

    /**
     * Something that changes.
     *
     * @param features whose values change; none where only the truth does
     * @param fromMs ms of played time
     */
    public record Change(List<String> features, long fromMs) {}

    public Story {
        reference = List.copyOf(reference);
        answers = List.copyOf(answers);
        planted = Map.copyOf(planted);
    }

    /** A day and a half of answers, from a stream whose concepts change. */
    public static Story of(List<Answer> stream, long fromMs) {
        List<Answer> learnt =
                stream.stream().filter(answer -> answer.concept() == LEARNT).toList();
        List<Answer> changed =
                stream.stream().filter(answer -> answer.concept() == CHANGED).toList();
        List<Answer> answers = new ArrayList<>(learnt.subList(REFERENCE, REFERENCE + 5 * AN_HOUR));
        Map<String, Change> planted = new LinkedHashMap<>();
        planted.put(CONCEPT, new Change(List.of(), timeOf(fromMs, answers.size())));
        answers.addAll(changed.subList(0, 7 * AN_HOUR));
        planted.put(POPULATION, new Change(List.of(SHIFTED, "@score"), timeOf(fromMs, answers.size())));
        Predicate<Answer> another = answer -> answer.features().getOrDefault(SHIFTED, 0.0) >= SHIFTED_FROM;
        answers.addAll(changed.stream()
                .skip(7 * AN_HOUR)
                .filter(another)
                .limit(4 * AN_HOUR)
                .toList());
        return new Story(fromMs, learnt.subList(0, REFERENCE), answers, planted);
    }

    private static long timeOf(long fromMs, int index) {
        return fromMs + index * BETWEEN.toMillis();
    }

    /** When an answer is given; ms of played time. */
    public long timeOf(int index) {
        return timeOf(fromMs, index);
    }
}
