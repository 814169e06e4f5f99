/** Breaks rules on purpose. */
@NullMarked
package io.millrace.architecture.planted.style;

import org.jspecify.annotations.NullMarked;
