/** What runs and experiments are, what may be said of them, and how what was said adds up. Pure Java. */
@NullMarked
package io.millrace.tracker.domain;

import org.jspecify.annotations.NullMarked;
