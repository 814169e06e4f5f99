/** What a GPU hour costs: as it is in force at an instant, and as it was known at another. Pure Java. */
@NullMarked
package io.millrace.cost.domain.prices;

import org.jspecify.annotations.NullMarked;
