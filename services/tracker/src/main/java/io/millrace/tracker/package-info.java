/** Keeps what training code logs: runs, their params, metrics, tags, inputs and files, and experiments. */
@NullMarked
package io.millrace.tracker;

import org.jspecify.annotations.NullMarked;
