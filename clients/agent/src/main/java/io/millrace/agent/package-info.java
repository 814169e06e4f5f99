/** The agent of a node: runs what the scheduler places there, and tells how it goes. */
@NullMarked
package io.millrace.agent;

import org.jspecify.annotations.NullMarked;
