/** The scheduler's Kafka Streams topology: gather, log, fold, and usage. */
@NullMarked
package io.millrace.scheduler.topology;

import org.jspecify.annotations.NullMarked;
