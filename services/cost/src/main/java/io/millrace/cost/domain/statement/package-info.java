/** What teams are charged: statements of a period as they were known at an instant. Pure Java. */
@NullMarked
package io.millrace.cost.domain.statement;

import org.jspecify.annotations.NullMarked;
