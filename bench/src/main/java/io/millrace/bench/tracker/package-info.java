/** How fast runs are logged and found. */
@NullMarked
package io.millrace.bench.tracker;

import org.jspecify.annotations.NullMarked;
