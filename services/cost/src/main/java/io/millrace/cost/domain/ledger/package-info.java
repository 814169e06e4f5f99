/** What jobs cost and what nodes cost that stand idle, hour by hour, to the micro-dollar. Pure Java. */
@NullMarked
package io.millrace.cost.domain.ledger;

import org.jspecify.annotations.NullMarked;
