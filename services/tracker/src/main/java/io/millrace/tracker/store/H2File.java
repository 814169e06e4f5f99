package io.millrace.tracker.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.Set;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that H2 keeps the tables in. One that is damaged is put aside, and the tables are built again from the log:
 * at once where opening it shows it, at the next start where reading does.
 */
final class H2File {

    private static final Logger LOG = LoggerFactory.getLogger(H2File.class);
    private static final String URL = "jdbc:h2:file:";
    private static final String SUFFIX = ".mv.db";
    private static final String DAMAGED = ".damaged";

    // H2's own numbers: of the statement's error, and of the store's beneath it (file corrupt, chunk not found).
    private static final int FILE_CORRUPTED = 90_030;
    private static final Set<Integer> STORE_CORRUPTED = Set.of(6, 9);

    private final Path file;
    private final Path mark;

    private H2File(Path file) {
        this.file = file;
        this.mark = file.resolveSibling(file.getFileName() + DAMAGED + "-is-known");
    }

    /** Null where the database is none of H2's in a file. */
    static @Nullable H2File of(String url) {
        if (!url.startsWith(URL)) {
            return null;
        }
        String path = url.substring(URL.length()).replaceAll(";.*", "");
        return new H2File(Path.of(path + SUFFIX));
    }

    /** Whether what went wrong is that the file does not hold what was written into it. */
    static boolean isDamage(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getErrorCode() == FILE_CORRUPTED) {
                return true;
            }
            if (cause instanceof MVStoreException store && STORE_CORRUPTED.contains(store.getErrorCode())) {
                return true;
            }
        }
        return false;
    }

    /** Has the next start put it aside. */
    void noteDamage() {
        try {
            if (!Files.exists(mark)) {
                Files.createFile(mark);
                LOG.error(
                        "the database file {} is damaged; start the tracker again, and it puts the file aside and builds its"
                                + " tables anew from the log",
                        file);
            }
        } catch (IOException e) {
            LOG.error(
                    "the database file {} is damaged; stop the tracker, remove that file and start it again", file, e);
        }
    }

    boolean isKnownToBeDamaged() {
        return Files.exists(mark);
    }

    /** It can still be looked at, beside the new one. */
    void putAside() {
        Path aside = file.resolveSibling(file.getFileName() + DAMAGED);
        LOG.error("the database file {} is damaged; it lies in {} now, and the tables are built anew", file, aside);
        try {
            if (Files.exists(file)) {
                Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.deleteIfExists(mark);
        } catch (IOException e) {
            throw new UncheckedIOException("can't put " + file + " aside; remove it and start the tracker again", e);
        }
    }
}
