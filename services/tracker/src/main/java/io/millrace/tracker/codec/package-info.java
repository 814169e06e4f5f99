/** Records into the tracker's words, and back. */
@NullMarked
package io.millrace.tracker.codec;

import org.jspecify.annotations.NullMarked;
