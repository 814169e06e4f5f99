package io.millrace.tracker.domain.registry;

import java.util.List;

/** What comes of a command. */
public sealed interface Decision {

    /** It is done. Without events, it was so already. */
    record Accepted(List<RegistryEvent> events) implements Decision {}

    /** It is not done. */
    record Refused(Reason reason, String message) implements Decision {}

    /** Why not. */
    enum Reason {
        INVALID,
        ALREADY_EXISTS,
        NOT_FOUND
    }

    static Decision accepted(RegistryEvent... events) {
        return new Accepted(List.of(events));
    }
}
