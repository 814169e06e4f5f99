/** Plays a trace against a running stack, as its users and as its cluster, and drives the stack's clock. */
@NullMarked
package io.millrace.simulator.play;

import org.jspecify.annotations.NullMarked;
