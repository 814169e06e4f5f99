package io.millrace.governance.audit;

import io.millrace.governance.domain.tree.Checkpoint;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder that somebody else keeps, or copies: a checkpoint goes there now and then, in a file named by its size, and what
 * lies there is never written over. Whoever writes the log anew can't make it go on from what lies there. Not thread safe.
 */
public final class WitnessFolder {

    private static final Logger LOG = LoggerFactory.getLogger(WitnessFolder.class);

    private final Path folder;
    private final Duration every;
    private Instant last = Instant.MIN;

    /** @param every how long after a checkpoint the next one goes there */
    public WitnessFolder(Path folder, Duration every) {
        this.folder = folder;
        this.every = every;
    }

    /** What lies there; what can't be read now is not waited for. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return notes;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (String.valueOf(file.getFileName()).matches("\\d+")) {
                    notes.add(Files.readString(file));
                }
            }
        } catch (IOException e) {
            LOG.error("what witnesses keep in {} can't be read, and the log is not held against it", folder, e);
        }
        return notes;
    }

    /** Puts a checkpoint there, if it is time; when that fails, the next one is tried. */
    void offer(Checkpoint signed, String note, Instant now) {
        if (last != Instant.MIN && now.isBefore(last.plus(every))) {
            return;
        }
        Path file = folder.resolve(Long.toString(signed.size()));
        try {
            Files.createDirectories(folder);
            // As a whole or not at all, and never in the place of another.
            Path whole = Files.writeString(folder.resolve(file.getFileName() + ".new"), note);
            Files.move(whole, file);
            last = now;
        } catch (FileAlreadyExistsException e) {
            last = now;
        } catch (IOException e) {
            LOG.error("no witness has the checkpoint of {} entries: {} can't be written", signed.size(), file, e);
        }
    }
}
