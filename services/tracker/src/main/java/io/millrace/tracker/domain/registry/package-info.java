/** The model registry: what models there are, what may be done with them, and what they were at any time. Pure Java. */
@NullMarked
package io.millrace.tracker.domain.registry;

import org.jspecify.annotations.NullMarked;
