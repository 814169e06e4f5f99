/** What the service is made of, and its settings. */
@NullMarked
package io.millrace.governance;

import org.jspecify.annotations.NullMarked;
