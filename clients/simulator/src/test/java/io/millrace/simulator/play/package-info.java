@NullMarked
package io.millrace.simulator.play;

import org.jspecify.annotations.NullMarked;
