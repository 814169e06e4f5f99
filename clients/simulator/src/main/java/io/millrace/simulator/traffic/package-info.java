/** Plays a model that answers requests, and the truth that becomes known of them. */
@NullMarked
package io.millrace.simulator.traffic;

import org.jspecify.annotations.NullMarked;
