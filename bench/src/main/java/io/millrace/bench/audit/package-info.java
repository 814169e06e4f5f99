/** How fast the audit log is written and verified, beside plain copying and plain hashing. */
@NullMarked
package io.millrace.bench.audit;

import org.jspecify.annotations.NullMarked;
