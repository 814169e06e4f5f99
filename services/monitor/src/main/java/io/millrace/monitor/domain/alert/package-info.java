/**
 * Which alerts fire, and who is told when. Everything happens in the one order of the engine's log: nothing here reads a
 * clock. Pure Java.
 */
@NullMarked
package io.millrace.monitor.domain.alert;

import org.jspecify.annotations.NullMarked;
