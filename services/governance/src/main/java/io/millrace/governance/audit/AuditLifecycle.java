package io.millrace.governance.audit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.governance.GovernanceConfig;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.RegistryUnavailableException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** Writes and signs the audit log while the service runs, each in a thread of its own. */
@Singleton
final class AuditLifecycle {

    private static final Logger LOG = Logger.getLogger(AuditLifecycle.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration GOODBYE = Duration.ofSeconds(4);
    private static final int EXIT_HALTED = 70;

    private final GovernanceConfig.Audit config;
    private final Map<String, Object> broker;
    private final PatientSchemas schemas;
    private final InstantSource clock = InstantSource.system(); // whoever plays a trace is logged in real time
    private final AtomicLong logged = new AtomicLong();
    private final AtomicLong signed = new AtomicLong();
    private volatile boolean writes;
    private volatile boolean signs;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    AuditLifecycle(
            GovernanceConfig config,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            PatientSchemas schemas,
            MeterRegistry meters) {
        this.config = config.audit();
        this.broker = broker;
        this.schemas = schemas;
        Gauge.builder("millrace_audit_entries", logged, AtomicLong::get)
                .description("Entries of the audit log.")
                .register(meters);
        Gauge.builder("millrace_audit_signed_entries", signed, AtomicLong::get)
                .description("Entries of the audit log that the newest checkpoint has.")
                .register(meters);
    }

    void start(@Observes StartupEvent startup) {
        threads.add(Thread.ofPlatform().name("audit-writer").daemon().start(() -> keep(this::write)));
        threads.add(Thread.ofPlatform().name("audit-signer").daemon().start(() -> keep(this::sign)));
    }

    private void write() throws InterruptedException {
        AuditSettings settings = new AuditSettings(
                config.logId(), config.mostRecords(), config.patience().toMillis());
        try (AuditWriter writer = new AuditWriter(broker, schemas, settings, clock)) {
            while (!isStopped(Duration.ZERO)) {
                writer.step();
                logged.set(writer.size());
                writes = true;
            }
        } finally {
            writes = false;
        }
    }

    private void sign() throws InterruptedException {
        WitnessFolder witnesses = new WitnessFolder(config.witnesses(), config.witnessEvery());
        try (CheckpointSigner signer =
                new CheckpointSigner(broker, schemas, config.logId(), config.folder(), witnesses, clock)) {
            do {
                signer.step();
                signed.set(signer.newest().size());
                signs = true;
            } while (!isStopped(config.checkpointEvery()));
        } finally {
            signs = false;
        }
    }

    /** Both have read the log as it is and go on with it. */
    @Produces
    @Readiness
    @Singleton
    HealthCheck logGoesOn() {
        return () -> HealthCheckResponse.named("Audit log goes on")
                .status(writes && signs)
                .withData("entries", logged.get())
                .withData("signed", signed.get())
                .build();
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    /** Begins again where the broker or the registry did not answer; any other failure nobody in here mends. */
    private void keep(Work work) {
        try {
            do {
                try {
                    work.run();
                } catch (ProducerFencedException | InvalidProducerEpochException | AuthorizationException e) {
                    throw e;
                } catch (KafkaException | RegistryUnavailableException e) {
                    LOG.warn("begins again where the audit log ends", e);
                }
            } while (!isStopped(PAUSE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("the audit log is halted; the process ends", e);
            Quarkus.asyncExit(EXIT_HALTED);
        }
    }

    private boolean isStopped(Duration within) throws InterruptedException {
        return stopped.await(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent shutdown) throws InterruptedException {
        stopped.countDown();
        for (Thread thread : threads) {
            thread.join(GOODBYE);
        }
    }
}
