/** What programs write to Millrace with: jobs, runs and predictions, as events of its topics. */
@NullMarked
package io.millrace.client;

import org.jspecify.annotations.NullMarked;
