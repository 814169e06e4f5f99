@NullMarked
package io.millrace.simulator.trace;

import org.jspecify.annotations.NullMarked;
