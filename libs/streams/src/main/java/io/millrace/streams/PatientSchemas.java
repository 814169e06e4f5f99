package io.millrace.streams;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a registry that doesn't answer, so that no record is condemned for its silence. Gives up after a while
 * with {@link RegistryUnavailableException}: the caller's transaction ends then, offsets don't move, and it comes
 * again.
 */
public final class PatientSchemas implements SchemaLookup {

    private static final Logger LOG = LoggerFactory.getLogger(PatientSchemas.class);
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final SchemaLookup schemas;
    private final long patienceNs;
    private volatile @Nullable String waitingFor;

    /** @param patience how long one call waits at most; less than a transaction may last */
    public PatientSchemas(SchemaLookup schemas, Duration patience) {
        this.schemas = schemas;
        this.patienceNs = patience.toNanos();
    }

    /** What is waited for now; null when the registry last answered. */
    public @Nullable String waitingFor() {
        return waitingFor;
    }

    @Override
    public Schema byId(int id) {
        return await("schema " + id, () -> schemas.byId(id));
    }

    @Override
    public int idOf(String subject, Schema schema) {
        return await("the id of " + subject, () -> schemas.idOf(subject, schema));
    }

    private <T> T await(String what, Supplier<T> call) {
        long start = System.nanoTime();
        while (true) {
            try {
                T answer = call.get();
                waitingFor = null;
                return answer;
            } catch (RegistryUnavailableException e) {
                if (waitingFor == null) {
                    LOG.warn("waiting for {}: {}", what, e.getMessage());
                }
                waitingFor = what;
                if (System.nanoTime() - start > patienceNs
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }
}
