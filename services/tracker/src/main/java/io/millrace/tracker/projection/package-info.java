/** Follows the log and keeps the database equal to it. */
@NullMarked
package io.millrace.tracker.projection;

import org.jspecify.annotations.NullMarked;
