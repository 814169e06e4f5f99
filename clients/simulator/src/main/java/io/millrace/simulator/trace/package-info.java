/** Traces of jobs and the clusters they ran on, as files describe them. Plain Java: no topics here. */
@NullMarked
package io.millrace.simulator.trace;

import org.jspecify.annotations.NullMarked;
