package io.millrace.tracker.domain.registry;

/**
 * One word of the registry's log.
 *
 * @param offset where in the log it lies
 * @param at when it happened, ms since the epoch
 * @param actor who did it
 * @param name the model's name at that moment
 */
public record RegistryEntry(long offset, long at, String actor, String name, RegistryEvent event) {}
