/** What holds the schemas to their rules, and the record of what earlier versions looked like. */
@NullMarked
package io.millrace.schemas;

import org.jspecify.annotations.NullMarked;
