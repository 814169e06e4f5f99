/** Places jobs on GPU nodes. */
@NullMarked
package io.millrace.scheduler;

import org.jspecify.annotations.NullMarked;
