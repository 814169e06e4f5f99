package io.millrace.scheduler;

import io.millrace.access.Authority;
import io.millrace.scheduler.codec.PolicyDocument;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.jboss.logging.Logger;

/** Adopts the deployment's policy file at the start, if it changed since the deployment last did. */
@ApplicationScoped
public class PolicyAdoption {

    private static final Logger LOG = Logger.getLogger(PolicyAdoption.class);

    private final SchedulerConfig config;
    private final AuthorityLog log;

    PolicyAdoption(SchedulerConfig config, AuthorityLog log) {
        this.config = config;
        this.log = log;
    }

    void adopt(@Observes StartupEvent startup) {
        String file = read();
        PolicyDocument.parse(file); // a policy that can't be read must not enter the log
        String due = log.policies().due(file, log.pools());
        if (due == null) {
            LOG.infof("policy file %s has not changed", config.policyFile());
            return;
        }
        log.adopt(Authority.DEPLOYMENT, due);
        LOG.infof("policy %s adopted", PolicyDocument.sha256(due));
    }

    private String read() {
        try {
            return Files.readString(config.policyFile());
        } catch (IOException e) {
            throw new UncheckedIOException("policy file " + config.policyFile() + " can't be read", e);
        }
    }
}
