/** What the scheduler answers over HTTP, from views of its topics. */
@NullMarked
package io.millrace.scheduler.api;

import org.jspecify.annotations.NullMarked;
