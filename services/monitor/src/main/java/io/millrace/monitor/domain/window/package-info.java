/** Which window a prediction belongs to, and when it is over. Time is that of the predictions. */
@NullMarked
package io.millrace.monitor.domain.window;

import org.jspecify.annotations.NullMarked;
