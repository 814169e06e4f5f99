/**
 * How a pool of GPU nodes decides, as pure Java: states, what happened to them, and what is decided. Time and ids are
 * arguments; the same inputs in any run give the same decisions.
 */
@NullMarked
package io.millrace.scheduler.domain;

import org.jspecify.annotations.NullMarked;
