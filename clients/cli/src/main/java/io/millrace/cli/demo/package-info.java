/** The parts of {@code demo}: its policy, its progress, its checks and its summary. */
@NullMarked
package io.millrace.cli.demo;

import org.jspecify.annotations.NullMarked;
