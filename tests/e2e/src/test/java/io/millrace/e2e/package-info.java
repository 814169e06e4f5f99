/** Whole stacks of real processes, used and abused as their users would. */
@NullMarked
package io.millrace.e2e;

import org.jspecify.annotations.NullMarked;
