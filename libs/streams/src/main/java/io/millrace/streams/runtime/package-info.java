/** How services run: settings, and views over their topics. */
@NullMarked
package io.millrace.streams.runtime;

import org.jspecify.annotations.NullMarked;
