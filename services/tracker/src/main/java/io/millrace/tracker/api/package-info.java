/** Answers over HTTP, as MLflow does and in the tracker's own words; turns what is asked into events. */
@NullMarked
package io.millrace.tracker.api;

import org.jspecify.annotations.NullMarked;
