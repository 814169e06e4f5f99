/** What is read and written as text: statements as CSV and JSON. */
@NullMarked
package io.millrace.cost.codec;

import org.jspecify.annotations.NullMarked;
