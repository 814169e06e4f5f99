/**
 * The stack on one machine: a real broker and a real schema registry from their released artifacts, and the services,
 * each in its own JVM under one supervisor.
 */
@NullMarked
package io.millrace.local;

import org.jspecify.annotations.NullMarked;
