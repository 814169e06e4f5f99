/** The database: its tables, and how runs are kept in them and found again. */
@NullMarked
package io.millrace.tracker.store;

import org.jspecify.annotations.NullMarked;
