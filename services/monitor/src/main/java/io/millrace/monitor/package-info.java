/** The monitor: how models behave, whether their inputs drift, and who has to know. */
@NullMarked
package io.millrace.monitor;

import org.jspecify.annotations.NullMarked;
