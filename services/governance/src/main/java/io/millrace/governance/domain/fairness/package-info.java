/** What decisions are like for groups of people: counts that add up, rates with intervals, criteria and verdicts. */
@NullMarked
package io.millrace.governance.domain.fairness;

import org.jspecify.annotations.NullMarked;
