/** What the audit log says of the records it covers, in which order, and how a whole log is checked. */
@NullMarked
package io.millrace.governance.domain.audit;

import org.jspecify.annotations.NullMarked;
