package io.millrace.monitor;

import io.millrace.access.Authority;
import io.millrace.monitor.codec.AlertRulesDocument;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.jboss.logging.Logger;

/** Adopts the deployment's alert rules at the start, if the file changed since the deployment last did. */
@ApplicationScoped
public class RulesAdoption {

    private static final Logger LOG = Logger.getLogger(RulesAdoption.class);

    private final MonitorConfig config;
    private final MonitorLog log;

    RulesAdoption(MonitorConfig config, MonitorLog log) {
        this.config = config;
        this.log = log;
    }

    void adopt(@Observes StartupEvent startup) {
        String file = read();
        AlertRulesDocument.parse(file); // rules that can't be read must not enter the log
        if (file.equals(log.adoptedByDeployment())) {
            LOG.infof("alert rules %s have not changed", config.alertRulesFile());
            return;
        }
        log.adopt(Authority.DEPLOYMENT, file);
        LOG.infof("alert rules %s adopted", AlertRulesDocument.sha256(file));
    }

    private String read() {
        try {
            return Files.readString(config.alertRulesFile());
        } catch (IOException e) {
            throw new UncheckedIOException("file of alert rules " + config.alertRulesFile() + " can't be read", e);
        }
    }
}
