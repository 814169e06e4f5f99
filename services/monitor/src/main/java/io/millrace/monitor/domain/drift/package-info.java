/** Whether what a model is given still looks like what it was made for. Counts and statistics, pure Java. */
@NullMarked
package io.millrace.monitor.domain.drift;

import org.jspecify.annotations.NullMarked;
