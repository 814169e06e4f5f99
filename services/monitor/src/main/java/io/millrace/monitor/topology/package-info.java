/** How the monitor reads its topics, keeps its state and writes what it found. */
@NullMarked
package io.millrace.monitor.topology;

import org.jspecify.annotations.NullMarked;
