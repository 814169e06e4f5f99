package io.millrace.monitor.domain.drift;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Correction of p-values for how many of them there are, by Benjamini and Hochberg's false discovery rate. */
public final class BenjaminiHochberg {

    private BenjaminiHochberg() {}

    /** Adjusted p-values, in the order given: those below a level are the discoveries at that level. */
    public static double[] adjusted(double[] pValues) {
        int count = pValues.length;
        int[] ascending = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> pValues[i]).thenComparing(i -> i))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[count];
        double least = 1;
        for (int rank = count; rank >= 1; rank--) {
            int at = ascending[rank - 1];
            least = Math.min(least, pValues[at] * count / rank);
            adjusted[at] = least;
        }
        return adjusted;
    }
}
