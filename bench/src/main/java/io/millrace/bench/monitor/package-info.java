/** How fast the monitor counts. */
@NullMarked
package io.millrace.bench.monitor;

import org.jspecify.annotations.NullMarked;
