package io.millrace.scheduler.codec;

/** Ids of what a pool publishes: the same in every run, and in order as text. */
public final class EventIds {

    private static final String ZEROS = "000000000000";
    private static final int CYCLE_DIGITS = 12;
    private static final int INDEX_DIGITS = 6;

    private EventIds() {}

    public static String ofCycle(String pool, long cycle) {
        return pool + '/' + padded(cycle, CYCLE_DIGITS);
    }

    /** @param index of the decision in its cycle */
    public static String ofDecision(String pool, long cycle, int index) {
        return ofCycle(pool, cycle) + '/' + padded(index, INDEX_DIGITS);
    }

    private static String padded(long number, int digits) {
        String text = Long.toString(number);
        return text.length() >= digits ? text : ZEROS.substring(0, digits - text.length()) + text;
    }
}
