/**
 * What every service stands on: the topic registry, the wire format, dead letters, the gather and decider processors,
 * clocks and projections.
 */
@NullMarked
package io.millrace.streams;

import org.jspecify.annotations.NullMarked;
