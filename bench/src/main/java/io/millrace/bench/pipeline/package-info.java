/** How many events a second go through the scheduler's topology, beside plain loops over the same broker. */
@NullMarked
package io.millrace.bench.pipeline;

import org.jspecify.annotations.NullMarked;
