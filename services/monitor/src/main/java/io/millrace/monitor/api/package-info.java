/** What the monitor tells over HTTP, and what it takes from those who may say it. */
@NullMarked
package io.millrace.monitor.api;

import org.jspecify.annotations.NullMarked;
