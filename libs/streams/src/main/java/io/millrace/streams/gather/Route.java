package io.millrace.streams.gather;

import java.util.Map;

/** Where a record of a source topic belongs. A decider is named by the key of its log. */
public sealed interface Route {

    /**
     * To this decider, which owns {@code entity} from now on; a dead letter when another does already.
     *
     * @param lasting whether the entity outlives the records that speak of it; else its owner is forgotten with them
     */
    record Claim(String entity, String decider, boolean lasting) implements Route {}

    /** To the decider that owns {@code entity}; a dead letter when none does. */
    record OwnerOf(String entity) implements Route {}

    /** To this decider, which the record names itself; a dead letter when there is none such. */
    record To(String decider) implements Route {}

    /** To every decider. */
    record Everyone() implements Route {}

    /**
     * Time was advanced from outside: a tick for each decider named.
     *
     * @param awaited for each decider, how many inputs of others it must have folded first
     */
    record Advance(long sequence, Map<String, Long> awaited) implements Route {}

    /** To nobody: it is said between others, and no decider has to know it. */
    record Nobody() implements Route {}

    /** Makes no sense to any decider: a dead letter. */
    record Refused(String reason) implements Route {}
}
