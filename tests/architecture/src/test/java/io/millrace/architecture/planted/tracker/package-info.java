/** Breaks rules on purpose. */
@NullMarked
package io.millrace.architecture.planted.tracker;

import org.jspecify.annotations.NullMarked;
