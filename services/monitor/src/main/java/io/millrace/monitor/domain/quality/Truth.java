package io.millrace.monitor.domain.quality;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How often a model was right, as far as the truth is known: counts of answered and true class, and of the score by
 * truth. Order-free: late labels may come in any order. Of bounded size.
 */
public final class Truth {

    /** Intervals of scores that AUC and calibration are taken over. */
    public static final int SCORE_BINS = 1000;

    /** Pairs of classes that are told apart; the others count as right or wrong. */
    public static final int MOST_PAIRS = 4 * ServiceWindow.MOST_CLASSES;

    private static final int CALIBRATION_BINS = 10;

    /** Errors are summed in millionths, so that sums are exact integers. */
    public static final double UNIT = 1e-6;

    private static final double LARGEST_ERROR = 1e6;

    /** An answered and a true class. */
    public record Pair(String answered, String actual) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int byAnswer = answered.compareTo(other.answered);
            return byAnswer != 0 ? byAnswer : actual.compareTo(other.actual);
        }
    }

    private static final Pair OTHER_RIGHT = new Pair(ServiceWindow.OTHER, ServiceWindow.OTHER);
    private static final Pair OTHER_WRONG = new Pair(ServiceWindow.OTHER, "(wrong)");

    private final TreeMap<Pair, Long> confusion = new TreeMap<>();
    private final long[] negatives;
    private final long[] positives;
    private long numbers;
    private long absolute;
    private long squared;

    public Truth() {
        this(Map.of(), new long[SCORE_BINS], new long[SCORE_BINS], 0, 0, 0);
    }

    /**
     * @param negatives by score, of what turned out false
     * @param positives by score, of what turned out true
     * @param numbers how many numbers were compared
     * @param absolute sum of their absolute errors, in millionths
     * @param squared sum of their squared errors, in millionths
     */
    public Truth(
            Map<Pair, Long> confusion, long[] negatives, long[] positives, long numbers, long absolute, long squared) {
        this.confusion.putAll(confusion);
        this.negatives = negatives.clone();
        this.positives = positives.clone();
        this.numbers = numbers;
        this.absolute = absolute;
        this.squared = squared;
    }

    public void addClass(String answered, String actual) {
        addClass(new Pair(answered, actual), 1);
    }

    private void addClass(Pair pair, long times) {
        confusion.merge(pair, times, Math::addExact);
        // Which pairs are told apart must not hang on their order: the first by name are.
        while (named() > MOST_PAIRS) {
            Pair last = confusion.descendingKeySet().stream()
                    .filter(known -> !known.equals(OTHER_RIGHT) && !known.equals(OTHER_WRONG))
                    .findFirst()
                    .orElseThrow();
            Pair others = last.answered().equals(last.actual()) ? OTHER_RIGHT : OTHER_WRONG;
            confusion.merge(others, Objects.requireNonNull(confusion.remove(last)), Math::addExact);
        }
    }

    private int named() {
        return confusion.size()
                - (confusion.containsKey(OTHER_RIGHT) ? 1 : 0)
                - (confusion.containsKey(OTHER_WRONG) ? 1 : 0);
    }

    /** @param score from 0 to 1 */
    public void addScore(double score, boolean actual) {
        int bin = Math.min(SCORE_BINS - 1, (int) (score * SCORE_BINS + 1e-9));
        (actual ? positives : negatives)[bin]++;
    }

    public void addNumber(double answered, double actual) {
        double error = Math.min(LARGEST_ERROR, Math.abs(answered - actual));
        numbers++;
        absolute = Math.addExact(absolute, Math.round(error / UNIT));
        squared = Math.addExact(squared, Math.round(Math.min(LARGEST_ERROR, error * error) / UNIT));
    }

    public void merge(Truth other) {
        other.confusion.forEach(this::addClass);
        for (int i = 0; i < SCORE_BINS; i++) {
            negatives[i] = Math.addExact(negatives[i], other.negatives[i]);
            positives[i] = Math.addExact(positives[i], other.positives[i]);
        }
        numbers = Math.addExact(numbers, other.numbers);
        absolute = Math.addExact(absolute, other.absolute);
        squared = Math.addExact(squared, other.squared);
    }

    /** Answers whose class is known to be right or wrong. */
    public long classified() {
        return confusion.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Answers whose score is known to be of something true or false. */
    public long scored() {
        long sum = 0;
        for (int i = 0; i < SCORE_BINS; i++) {
            sum += negatives[i] + positives[i];
        }
        return sum;
    }

    public long numbers() {
        return numbers;
    }

    /** NaN where nothing is known; so are the others. */
    public double accuracy() {
        long right = 0;
        for (Map.Entry<Pair, Long> entry : confusion.entrySet()) {
            right += entry.getKey().answered().equals(entry.getKey().actual()) ? entry.getValue() : 0;
        }
        return ratio(right, classified());
    }

    /** Of those answered as a class, how many are of it. */
    public double precision(String positive) {
        return ratio(count(positive, positive), answered(positive));
    }

    /** Of those of a class, how many were answered as it. */
    public double recall(String positive) {
        return ratio(count(positive, positive), actual(positive));
    }

    public double f1(String positive) {
        long both = answered(positive) + actual(positive);
        return both == 0 ? Double.NaN : 2.0 * count(positive, positive) / both;
    }

    /** A figure of each class, averaged over classes; a class without the figure counts 0. */
    public double macro(java.util.function.ToDoubleFunction<String> figure) {
        TreeSet<String> classes = new TreeSet<>();
        confusion.keySet().forEach(pair -> {
            classes.add(pair.answered());
            classes.add(pair.actual());
        });
        return classes.stream()
                .mapToDouble(figure)
                .map(value -> Double.isNaN(value) ? 0 : value)
                .average()
                .orElse(Double.NaN);
    }

    private long count(String answered, String actual) {
        return confusion.getOrDefault(new Pair(answered, actual), 0L);
    }

    private long answered(String as) {
        return confusion.entrySet().stream()
                .filter(entry -> entry.getKey().answered().equals(as))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private long actual(String of) {
        return confusion.entrySet().stream()
                .filter(entry -> entry.getKey().actual().equals(of))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? Double.NaN : (double) part / whole;
    }

    /** How often something true has a higher score than something false; equal scores count half. */
    public double auc() {
        double won = 0;
        long below = 0;
        long above = 0;
        for (int i = 0; i < SCORE_BINS; i++) {
            won += positives[i] * (below + negatives[i] / 2.0);
            below += negatives[i];
            above += positives[i];
        }
        return below == 0 || above == 0 ? Double.NaN : won / ((double) below * above);
    }

    /** By how much {@link #auc} may differ from that of the scores themselves: what falls into one interval counts half. */
    public double aucBound() {
        double tied = 0;
        long below = 0;
        long above = 0;
        for (int i = 0; i < SCORE_BINS; i++) {
            tied += (double) positives[i] * negatives[i];
            below += negatives[i];
            above += positives[i];
        }
        return below == 0 || above == 0 ? Double.NaN : tied / 2 / ((double) below * above);
    }

    /** Expected calibration error: how far scores are from the share that came true, over ten intervals of scores. */
    public double calibrationError() {
        double sum = 0;
        int width = SCORE_BINS / CALIBRATION_BINS;
        for (int from = 0; from < SCORE_BINS; from += width) {
            long came = 0;
            double said = 0;
            for (int i = from; i < from + width; i++) {
                came += positives[i];
                said += (positives[i] + negatives[i]) * score(i);
            }
            sum += Math.abs(said - came);
        }
        return scored() == 0 ? Double.NaN : sum / scored();
    }

    /** Mean squared distance of score and truth, within one interval of scores. */
    public double brier() {
        double sum = 0;
        for (int i = 0; i < SCORE_BINS; i++) {
            sum += positives[i] * (1 - score(i)) * (1 - score(i)) + negatives[i] * score(i) * score(i);
        }
        return scored() == 0 ? Double.NaN : sum / scored();
    }

    private static double score(int bin) {
        return (bin + 0.5) / SCORE_BINS;
    }

    public double meanAbsoluteError() {
        return numbers == 0 ? Double.NaN : absolute * UNIT / numbers;
    }

    public double rootMeanSquaredError() {
        return numbers == 0 ? Double.NaN : StrictMath.sqrt(squared * UNIT / numbers);
    }

    public Map<Pair, Long> confusion() {
        return Map.copyOf(confusion);
    }

    public long[] negatives() {
        return negatives.clone();
    }

    public long[] positives() {
        return positives.clone();
    }

    /** In millionths. */
    public long absolute() {
        return absolute;
    }

    /** In millionths. */
    public long squared() {
        return squared;
    }
}
