/** Runs the scheduler's decision core over a whole trace, without Kafka. */
@NullMarked
package io.millrace.cli.simulate;

import org.jspecify.annotations.NullMarked;
