package io.millrace.agent;

import io.millrace.agent.domain.NodeParts;
import io.millrace.agent.domain.PartState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Folders of parts that no agent looks after any more. */
final class OldFolders {

    private static final Logger LOG = LoggerFactory.getLogger(OldFolders.class);

    /** The output of a part that is over can be looked at for so long. */
    private static final Duration KEPT = Duration.ofDays(7);

    private final AgentSettings settings;
    private final Shim shim;

    OldFolders(AgentSettings settings, Shim shim) {
        this.settings = settings;
        this.shim = shim;
    }

    /** Kills what runs there although nobody knows of it. */
    void endStrangers(NodeParts parts) {
        for (AttemptFolder folder : strangers(parts)) {
            if (folder.isStarted() && folder.exit() == null) {
                LOG.warn("Stopping what may run in {}: nobody knows of it", folder.path());
                folder.lease(1);
                shim.kill(folder);
            }
        }
    }

    /** Removes those that are over for long. */
    void clear(NodeParts parts) {
        Instant limit = Instant.now().minus(KEPT);
        for (AttemptFolder folder : strangers(parts)) {
            if (folder.startedAt().isBefore(limit) && !folder.isShimAlive()) {
                delete(folder.path());
            }
        }
    }

    private List<AttemptFolder> strangers(NodeParts parts) {
        Set<AttemptFolder> known = parts.parts().stream()
                .map(PartState::key)
                .map(key -> AttemptFolder.of(settings, key))
                .collect(Collectors.toSet());
        return folders(AttemptFolder.attempts(settings)).stream()
                .flatMap(job -> folders(job).stream())
                .map(AttemptFolder::new)
                .filter(folder -> !known.contains(folder))
                .toList();
    }

    private static List<Path> folders(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
            LOG.info("Removed {}", folder);
        } catch (IOException e) {
            LOG.warn("Can't remove {}", folder, e);
        }
    }
}
