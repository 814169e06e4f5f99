/** Entries of the audit log as they are written and read. */
@NullMarked
package io.millrace.governance.codec;

import org.jspecify.annotations.NullMarked;
