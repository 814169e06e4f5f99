/** The command line: the local stack, and what a user says to and asks of the services. One class a subcommand. */
@NullMarked
package io.millrace.cli;

import org.jspecify.annotations.NullMarked;
