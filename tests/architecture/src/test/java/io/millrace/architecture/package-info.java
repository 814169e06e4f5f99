/**
 * The rules of the code that no compiler checks. Each says why it is there and what to do instead, and is shown to fail
 * on a class in {@code planted} that breaks it.
 */
@NullMarked
package io.millrace.architecture;

import org.jspecify.annotations.NullMarked;
