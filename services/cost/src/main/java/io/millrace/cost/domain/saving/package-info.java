/** Where money could be saved, and from what that follows. Pure Java. */
@NullMarked
package io.millrace.cost.domain.saving;

import org.jspecify.annotations.NullMarked;
