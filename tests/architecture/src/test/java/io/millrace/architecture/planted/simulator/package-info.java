/** Breaks rules on purpose. */
@NullMarked
package io.millrace.architecture.planted.simulator;

import org.jspecify.annotations.NullMarked;
