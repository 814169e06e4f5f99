/** What every service runs on: its settings, the schema registry, the clock, and its word to the log. */
@NullMarked
package io.millrace.service;

import org.jspecify.annotations.NullMarked;
