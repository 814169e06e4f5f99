/** How long a pool's cycle takes, without Kafka. */
@NullMarked
package io.millrace.bench.scheduler;

import org.jspecify.annotations.NullMarked;
