package io.millrace.scheduler;

import io.millrace.access.Authority;
import io.millrace.scheduler.codec.OrgDocument;
import io.millrace.scheduler.domain.Member;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;

/** Takes in the deployment's organisation file at the start, if it has one: an event for each row that changed. */
@ApplicationScoped
public class OrgAdoption {

    private static final Logger LOG = Logger.getLogger(OrgAdoption.class);

    private final SchedulerConfig config;
    private final AuthorityLog log;

    OrgAdoption(SchedulerConfig config, AuthorityLog log) {
        this.config = config;
        this.log = log;
    }

    void adopt(@Observes StartupEvent startup) {
        config.orgFile().ifPresent(this::adopt);
    }

    private void adopt(Path file) {
        List<Member> due = log.orgRows().due(OrgDocument.parse(read(file)), log.pools());
        log.define(Authority.DEPLOYMENT, due);
        LOG.infof("%d teams and users of %s are new", due.size(), file);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("organisation file " + file + " can't be read", e);
        }
    }
}
