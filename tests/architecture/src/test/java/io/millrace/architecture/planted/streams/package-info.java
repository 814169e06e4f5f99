/** Breaks rules on purpose. */
@NullMarked
package io.millrace.architecture.planted.streams;

import org.jspecify.annotations.NullMarked;
