/** What may be spent: budgets of organizations, teams and projects, reserved before a job is let in. Pure Java. */
@NullMarked
package io.millrace.cost.domain.budget;

import org.jspecify.annotations.NullMarked;
