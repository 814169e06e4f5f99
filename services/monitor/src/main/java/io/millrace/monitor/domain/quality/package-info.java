/** How well a model version serves, and how often it is right. Order-free sums and sketches, pure Java. */
@NullMarked
package io.millrace.monitor.domain.quality;

import org.jspecify.annotations.NullMarked;
