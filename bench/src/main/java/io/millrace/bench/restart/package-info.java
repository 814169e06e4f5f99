/** How soon a real stack decides again after its scheduler was killed under load. */
@NullMarked
package io.millrace.bench.restart;

import org.jspecify.annotations.NullMarked;
