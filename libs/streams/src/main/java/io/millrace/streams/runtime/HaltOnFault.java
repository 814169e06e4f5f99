package io.millrace.streams.runtime;

import io.millrace.streams.RegistryUnavailableException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a topology does about a failure that reached the top. A registry that doesn't answer is waited for, in a new
 * thread. Anything else is a fault no retry in here mends, such as a log record that can't be read: the process ends,
 * and nothing of a log is skipped.
 */
public final class HaltOnFault implements StreamsUncaughtExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(HaltOnFault.class);

    private final Runnable endProcess;

    public HaltOnFault(Runnable endProcess) {
        this.endProcess = endProcess;
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryUnavailableException) {
                LOG.warn("goes on when the schema registry answers", cause);
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            }
        }
        LOG.error("a partition is halted; the process ends", failure);
        endProcess.run();
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
}
