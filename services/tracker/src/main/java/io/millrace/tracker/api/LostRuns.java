package io.millrace.tracker.api;

import io.millrace.tracker.domain.RunFact;
import io.millrace.tracker.domain.RunHead;
import io.millrace.tracker.domain.RunState;
import io.millrace.tracker.store.RunViews;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Ends runs of which nothing was heard for longer than they said. It is told as an event, so the log alone says that a
 * run is lost; a word of its code that comes later still counts.
 */
@Singleton
public final class LostRuns {

    private static final Logger LOG = Logger.getLogger(LostRuns.class);
    private static final String ACTOR = "service:tracker";

    private final RunDesk desk;

    LostRuns(RunDesk desk) {
        this.desk = desk;
    }

    /**
     * Ends those that are lost by now.
     *
     * @param listeningSince since when every word was heard, ms since the epoch: silence before it is ours
     */
    public void end(long listeningSince) {
        long now = desk.now();
        List<String> silent =
                desk.database().reading(transaction -> RunViews.silentAt(transaction, now, listeningSince));
        for (String runId : silent) {
            desk.change(ACTOR, runId, List.of(), (transaction, run) -> {
                RunHead head = run.image().head();
                Long patience = head.silentAfterMs();
                boolean lost = patience != null
                        && head.state() == RunState.RUNNING
                        && now - Math.max(head.lastHeard(), listeningSince) > patience;
                if (!lost) {
                    return List.of();
                }
                LOG.infof("run %s is lost: nothing was heard of it for %d ms", runId, patience);
                return List.of(desk.told(
                        new RunFact.Ended(RunState.FAILED, "lost: nothing was heard of it for " + patience + " ms")));
            });
        }
    }
}
