package io.millrace.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Which of the words that there are somebody probably meant. */
final class Nearest {

    private Nearest() {}

    static Optional<String> of(String word, Collection<String> words) {
        return words.stream()
                .filter(known -> distance(word, known) <= Math.max(1, Math.min(word.length(), known.length()) / 3))
                .min(Comparator.comparing((String known) -> distance(word, known))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Letters to insert, remove, change or swap with their neighbour. */
    static int distance(String one, String other) {
        int[][] distances = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 || j == 0) {
                    distances[i][j] = i + j;
                    continue;
                }
                boolean same = one.charAt(i - 1) == other.charAt(j - 1);
                distances[i][j] = Math.min(
                        Math.min(distances[i - 1][j], distances[i][j - 1]) + 1,
                        distances[i - 1][j - 1] + (same ? 0 : 1));
                if (i > 1
                        && j > 1
                        && one.charAt(i - 1) == other.charAt(j - 2)
                        && one.charAt(i - 2) == other.charAt(j - 1)) {
                    distances[i][j] = Math.min(distances[i][j], distances[i - 2][j - 2] + 1);
                }
            }
        }
        return distances[one.length()][other.length()];
    }
}
