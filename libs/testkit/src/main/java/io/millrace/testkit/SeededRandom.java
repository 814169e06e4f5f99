package io.millrace.testkit;

import java.util.List;
import java.util.Random;

/**
 * Random choices that can be repeated: the seed is {@code -Dmillrace.seed} or a fresh one, and is printed. A seed that
 * failed belongs into the test as a fixed case.
 */
public final class SeededRandom extends Random {

    private static final long serialVersionUID = 1L;

    private final long seed;

    private SeededRandom(String test, long seed) {
        super(seed);
        this.seed = seed;
        System.out.println("seed=" + seed + " of " + test);
    }

    /** With the seed asked for by {@code -Dmillrace.seed}, or with a fresh one. */
    public static SeededRandom of(String test) {
        Long asked = Long.getLong("millrace.seed");
        return new SeededRandom(test, asked == null ? new Random().nextLong() : asked);
    }

    /** With a seed that is kept in the test. */
    public static SeededRandom of(String test, long seed) {
        return new SeededRandom(test, seed);
    }

    public long seed() {
        return seed;
    }

    /** One of the elements, each as likely. */
    public <T> T pick(List<T> elements) {
        return elements.get(nextInt(elements.size()));
    }

    /** One of the elements, each as likely. */
    @SafeVarargs
    public final <T> T pick(T first, T... others) {
        int at = nextInt(others.length + 1);
        return at == 0 ? first : others[at - 1];
    }

    /** True once in {@code times}, on average. */
    public boolean onceIn(int times) {
        return nextInt(times) == 0;
    }

    /** From 0 to {@code longest} bytes of anything. */
    public byte[] bytes(int longest) {
        byte[] bytes = new byte[nextInt(longest + 1)];
        nextBytes(bytes);
        return bytes;
    }
}
