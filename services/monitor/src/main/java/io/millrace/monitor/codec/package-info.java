/** Records and files in the monitor's words, and back. */
@NullMarked
package io.millrace.monitor.codec;

import org.jspecify.annotations.NullMarked;
