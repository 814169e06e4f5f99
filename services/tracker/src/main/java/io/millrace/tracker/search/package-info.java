/** What is searched for, and in which order: MLflow's words for it as values. Pure Java. */
@NullMarked
package io.millrace.tracker.search;

import org.jspecify.annotations.NullMarked;
