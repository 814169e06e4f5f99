/** The first step of a decider: everything it rests on, in one ordered log. */
@NullMarked
package io.millrace.streams.gather;

import org.jspecify.annotations.NullMarked;
