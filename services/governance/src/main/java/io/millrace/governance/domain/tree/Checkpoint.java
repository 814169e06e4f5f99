package io.millrace.governance.domain.tree;

/**
 * What a log was at a moment.
 *
 * @param origin which log
 * @param size how many entries
 * @param root of the tree over them
 */
public record Checkpoint(String origin, long size, Hash root) {

    /** The text that is signed: three lines. */
    public String text() {
        return origin + "\n" + size + "\n" + root.base64() + "\n";
    }

    /**
     * Reads {@link #text}. Lines that follow are extensions, and are left alone.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static Checkpoint parse(String text) {
        String[] lines = text.split("\n", -1);
        if (lines.length < 4 || lines[0].isEmpty() || !lines[1].matches("0|[1-9]\\d{0,17}")) {
            throw new IllegalArgumentException("a checkpoint has three lines: origin, size, root");
        }
        return new Checkpoint(lines[0], Long.parseLong(lines[1]), Hash.ofBase64(lines[2]));
    }
}
