/** Writes the audit log, and signs what it was. */
@NullMarked
package io.millrace.governance.audit;

import org.jspecify.annotations.NullMarked;
