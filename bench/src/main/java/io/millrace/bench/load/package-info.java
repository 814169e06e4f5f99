/** What the measurements are made under: jobs, nodes and a policy, the same for the same seed. */
@NullMarked
package io.millrace.bench.load;

import org.jspecify.annotations.NullMarked;
