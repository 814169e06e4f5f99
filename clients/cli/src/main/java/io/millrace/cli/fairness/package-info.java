/** Whether a file of decisions treats groups of people alike: read, judged and told. */
@NullMarked
package io.millrace.cli.fairness;

import org.jspecify.annotations.NullMarked;
