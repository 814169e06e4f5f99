/** What the topics tell of jobs, as spans of OpenTelemetry. */
@NullMarked
package io.millrace.cli.traces;

import org.jspecify.annotations.NullMarked;
