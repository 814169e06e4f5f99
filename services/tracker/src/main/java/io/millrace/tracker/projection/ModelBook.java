package io.millrace.tracker.projection;

import io.millrace.access.Authority;
import io.millrace.access.NotStoredException;
import io.millrace.events.model.ModelEvent;
import io.millrace.streams.Topics;
import io.millrace.tracker.codec.ModelCodec;
import io.millrace.tracker.domain.registry.Decision;
import io.millrace.tracker.domain.registry.ModelCommand;
import io.millrace.tracker.domain.registry.ModelDecider;
import io.millrace.tracker.domain.registry.ModelRegistry;
import io.millrace.tracker.domain.registry.RegistryEntry;
import io.millrace.tracker.domain.registry.RegistryEvent;
import io.millrace.tracker.store.Database;
import io.millrace.tracker.store.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The models, and what may be done with them. In memory is what the rows of {@code model_events} say, whoever wrote them:
 * each look takes in the new ones first. Thread safe.
 */
public final class ModelBook {

    /** What a command came to: how it was decided, and the answer that was made of it. */
    public record Outcome<T>(Decision decision, @Nullable T answer) {}

    private record Row(long number, long offset, String name, byte[] content) {}

    private static final String ROWS = "SELECT row_no, log_offset, model_name, content FROM model_events ";

    private final Database database;
    private final LogDoor door;
    private final InstantSource time;
    private final ModelRows rows = new ModelRows();

    // Guarded by this, which is taken last: whoever has it waits for nobody.
    private ModelRegistry registry = new ModelRegistry();
    private long lastRow;
    private long lastOffset = -1;

    public ModelBook(Database database, LogDoor door, InstantSource time) {
        this.database = database;
        this.door = door;
        this.time = time;
    }

    /** Looks; the registry belongs to the caller only until it returns. */
    public <T> T look(Function<ModelRegistry, T> at) {
        return database.reading(transaction -> {
            synchronized (this) {
                catchUp(transaction);
                return at.apply(registry);
            }
        });
    }

    /**
     * Does something, or says why not. What is done is in the log, and seen by whoever looks next.
     *
     * @param answer made of the registry as it is afterwards; not asked when it was refused
     * @throws NotStoredException when nobody knows whether it is in the log
     */
    public <T> Outcome<T> change(Authority by, String name, ModelCommand command, Function<ModelRegistry, T> answer) {
        try {
            return database.transaction(transaction -> change(transaction, by, name, command, answer));
        } catch (RuntimeException e) {
            forget();
            throw e;
        }
    }

    private <T> Outcome<T> change(
            Transaction transaction, Authority by, String name, ModelCommand command, Function<ModelRegistry, T> answer)
            throws SQLException {
        ModelRows.lock(transaction);
        List<ModelEvent> events;
        Decision decision;
        long known;
        synchronized (this) {
            catchUp(transaction);
            decision = ModelDecider.decide(registry, name, command);
            if (!(decision instanceof Decision.Accepted(List<RegistryEvent> words))) {
                return new Outcome<>(decision, null);
            }
            long at = Math.max(time.millis(), registry.lastAt());
            events = words.stream()
                    .map(word -> ModelCodec.event(UUID.randomUUID().toString(), at, by, word))
                    .toList();
            known = Math.max(lastOffset + 1, followed(transaction));
        }
        List<LogRecord<ModelEvent>> stored = door.append(transaction, Topics.MODEL_EVENTS, name, events);
        for (LogRecord<ModelEvent> record : stored) {
            if (record.offset() != known++) {
                // It was decided without what lies before it: what becomes of it, the follower finds out in its turn.
                throw new NotStoredException(new IllegalStateException("the registry's log went on meanwhile"));
            }
        }
        rows.apply(transaction, stored);
        synchronized (this) {
            catchUp(transaction);
            return new Outcome<>(decision, answer.apply(registry));
        }
    }

    /** Up to where the follower has read. */
    private static long followed(Transaction transaction) throws SQLException {
        Long next = transaction.one(
                "SELECT next_offset FROM positions WHERE topic = ? AND part = 0",
                row -> row.getLong(1),
                Topics.MODEL_EVENTS.name());
        return next == null ? 0 : next;
    }

    private synchronized void forget() {
        registry = new ModelRegistry();
        lastRow = 0;
        lastOffset = -1;
    }

    private void catchUp(Transaction transaction) throws SQLException {
        List<Row> news = transaction.query(ROWS + "WHERE row_no > ? ORDER BY log_offset", ModelBook::row, lastRow);
        if (!news.isEmpty() && news.getFirst().offset() < lastOffset) {
            forget();
            news = transaction.query(ROWS + "ORDER BY log_offset", ModelBook::row);
        }
        for (Row row : news) {
            ModelCodec.entry(row.offset(), row.name(), event(row)).ifPresent(this::evolve);
            lastRow = Math.max(lastRow, row.number());
            lastOffset = row.offset();
        }
    }

    /** What does not hold is in the log all the same; it changes nothing, here as everywhere. */
    private void evolve(RegistryEntry entry) {
        registry.evolve(entry);
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(row.getLong(1), row.getLong(2), row.getString(3), row.getBytes(4));
    }

    private static ModelEvent event(Row row) {
        try {
            return ModelEvent.fromByteBuffer(ByteBuffer.wrap(row.content()));
        } catch (IOException e) {
            throw new UncheckedIOException("row " + row.number() + " of model_events can't be read", e);
        }
    }
}
