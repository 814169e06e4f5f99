/** Breaks rules on purpose. */
@NullMarked
package io.millrace.architecture.planted.scheduler;

import org.jspecify.annotations.NullMarked;
