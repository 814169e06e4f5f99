package io.millrace.scheduler;

import io.millrace.access.Authority;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.scheduler.codec.PolicyDocument;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The policies that were adopted, as far as a start has to know of them. */
final class PolicyHistory {

    private @Nullable PolicyAdopted last;
    private @Nullable PolicyAdopted deployed;

    /** In the order of the topic. */
    void take(PolicyEvent event) {
        if (event.getPayload() instanceof PolicyAdopted adopted) {
            last = adopted;
            if (event.getActor().equals(Authority.DEPLOYMENT.actor())) {
                deployed = adopted;
            }
        }
    }

    /**
     * What the deployment has to adopt at a start; null when all is as it should be. Its file, where it changed since the
     * deployment last adopted it: what an administrator adopted meanwhile is not undone by a restart. What is in force,
     * where a pool came that has not seen it.
     */
    @Nullable
    String due(String file, List<String> pools) {
        if (last == null || deployed == null || !deployed.getDocumentSha256().equals(PolicyDocument.sha256(file))) {
            return file;
        }
        return last.getPools().containsAll(pools) ? null : last.getDocument();
    }
}
