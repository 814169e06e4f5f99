package io.millrace.tracker.projection;

import io.millrace.events.experiment.ExperimentEvent;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.tracker.codec.ExperimentEventCodec;
import io.millrace.tracker.domain.ExperimentFact;
import io.millrace.tracker.store.ExperimentRows;
import io.millrace.tracker.store.Transaction;
import java.sql.SQLException;
import java.util.List;

/** Makes rows of {@code experiment-events}. */
public final class ExperimentFold implements RowFold<ExperimentEvent> {

    private final ExperimentRows experiments;

    public ExperimentFold(ExperimentRows experiments) {
        this.experiments = experiments;
    }

    @Override
    public Topic<ExperimentEvent> topic() {
        return Topics.EXPERIMENT_EVENTS;
    }

    @Override
    public void make(List<LogRecord<ExperimentEvent>> records) {
        records.forEach(record -> experiments.make(record.key(), record.key()));
    }

    @Override
    public void lock(Transaction transaction, List<LogRecord<ExperimentEvent>> records) throws SQLException {
        ExperimentRows.lock(transaction);
    }

    @Override
    public void apply(Transaction transaction, List<LogRecord<ExperimentEvent>> records) throws SQLException {
        for (LogRecord<ExperimentEvent> record : records) {
            ExperimentFact fact = ExperimentEventCodec.fact(record.event());
            if (fact != null) {
                ExperimentRows.apply(
                        transaction,
                        record.key(),
                        record.offset(),
                        record.event().getOccurredAt().toEpochMilli(),
                        fact);
            }
        }
    }
}
