/** What tests stand on: a real broker and registry for a test run, topologies without a broker, seeded random. */
@NullMarked
package io.millrace.testkit;

import org.jspecify.annotations.NullMarked;
