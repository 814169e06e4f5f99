/** The form of every decision that rests on one ordered log. Pure Java: domain code may use it. */
@NullMarked
package io.millrace.streams.decider;

import org.jspecify.annotations.NullMarked;
