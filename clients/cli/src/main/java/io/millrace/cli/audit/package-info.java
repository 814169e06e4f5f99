/** The audit log as a reader of its topics has it: checked, exported, proved. */
@NullMarked
package io.millrace.cli.audit;

import org.jspecify.annotations.NullMarked;
