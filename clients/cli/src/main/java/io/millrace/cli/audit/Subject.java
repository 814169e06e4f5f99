package io.millrace.cli.audit;

import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whose state is asked for.
 *
 * @param name of a job its id, of a policy the pool that it is in force in
 */
public record Subject(Kind kind, String name) {

    /** What has a state. */
    public enum Kind {
        JOB(Topics.JOB_EVENTS, Topics.POLICY_EVENTS, Topics.JOB_DECISIONS, Topics.ATTEMPT_EVENTS),
        MODEL(Topics.MODEL_EVENTS),
        POLICY(Topics.POLICY_EVENTS),
        TEAM(Topics.ORG_EVENTS),
        USER(Topics.ORG_EVENTS);

        private final List<Topic<?>> topics;

        Kind(Topic<?>... topics) {
            this.topics = List.of(topics);
        }

        /** Topics that say what happens to it; of what happens in one instant, the earlier topic's comes first. */
        List<Topic<?>> topics() {
            return topics;
        }
    }

    /** @throws IllegalArgumentException when it is none */
    public static Subject parse(String text) {
        int slash = text.indexOf('/');
        for (Kind kind : Kind.values()) {
            if (slash > 0
                    && slash < text.length() - 1
                    && text.substring(0, slash).equals(kind.name().toLowerCase(Locale.ROOT))) {
                return new Subject(kind, text.substring(slash + 1));
            }
        }
        throw new IllegalArgumentException(
                "a subject is job/ID, model/NAME, policy/POOL, team/NAME or user/NAME, not '" + text + "'");
    }

    /** Whether a record with that key may say something of it. */
    boolean isConcernedBy(@Nullable String key) {
        return switch (kind) {
            case JOB -> name.equals(key);
            // Under which names it went before, only the others' events say.
            case MODEL, POLICY -> key != null;
            case TEAM, USER -> toString().equals(key);
        };
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + "/" + name;
    }
}
