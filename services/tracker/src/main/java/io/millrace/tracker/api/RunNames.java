package io.millrace.tracker.api;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Names for runs that nobody named. */
final class RunNames {

    private static final List<String> HOW = List.of(
            "brisk", "calm", "clear", "deep", "even", "fair", "fast", "fresh", "grand", "keen", "light", "lively",
            "mild", "neat", "plain", "quiet", "rapid", "round", "sharp", "smooth", "steady", "still", "swift", "warm");
    private static final List<String> WHAT = List.of(
            "barge", "beck", "bridge", "brook", "canal", "creek", "dam", "delta", "eddy", "ferry", "flume", "ford",
            "leat", "lock", "mill", "paddle", "pond", "reed", "ripple", "sluice", "spring", "stream", "wake", "weir",
            "wheel");
    private static final int NUMBERS = 1000;

    private RunNames() {}

    static String any() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return HOW.get(random.nextInt(HOW.size())) + "-" + WHAT.get(random.nextInt(WHAT.size())) + "-"
                + random.nextInt(NUMBERS);
    }
}
