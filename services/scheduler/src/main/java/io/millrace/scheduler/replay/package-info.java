/** Decides a recorded log again and compares. */
@NullMarked
package io.millrace.scheduler.replay;

import org.jspecify.annotations.NullMarked;
