package io.millrace.local;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a log file. */
public final class LogTail {

    /** More than this from the end of a file is never read. */
    private static final int MOST_BYTES = 4 << 20;

    private LogTail() {}

    /** The last lines of a file, or a word on why there are none. */
    public static String of(Path log, int lines) {
        if (!Files.isRegularFile(log)) {
            return "(no log in " + log + ")";
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            int size = (int) Math.min(file.length(), MOST_BYTES);
            byte[] end = new byte[size];
            file.seek(file.length() - size);
            file.readFully(end);
            List<String> all = new String(end, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            return "(can't read " + log + ": " + e.getMessage() + ")";
        }
    }
}
