/** How fast Millrace is: {@code millrace bench}. */
@NullMarked
package io.millrace.bench;

import org.jspecify.annotations.NullMarked;
