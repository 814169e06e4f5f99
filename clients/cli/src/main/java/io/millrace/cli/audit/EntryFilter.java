package io.millrace.cli.audit;

import io.millrace.governance.domain.audit.AuditEntry;
import io.millrace.governance.domain.audit.Covered;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which entries are meant; what is null is not asked for.
 *
 * @param from when something that the entry covers happened at the earliest
 * @param to before when
 */
public record EntryFilter(
        @Nullable String topic,
        @Nullable String actor,
        @Nullable String action,
        @Nullable String subject,
        @Nullable Instant from,
        @Nullable Instant to)
        implements Predicate<AuditEntry> {

    /** Whether it lets everything through. */
    public boolean isOpen() {
        return topic == null && actor == null && action == null && subject == null && from == null && to == null;
    }

    @Override
    public boolean test(AuditEntry entry) {
        Covered covered = entry.covered();
        return is(topic, covered.topic())
                && is(actor, covered.actor())
                && is(action, covered.action())
                && is(subject, covered.subject())
                && (from == null || covered.lastAt() >= from.toEpochMilli())
                && (to == null || covered.firstAt() < to.toEpochMilli());
    }

    private static boolean is(@Nullable String asked, @Nullable String said) {
        return asked == null || asked.equals(said);
    }
}
