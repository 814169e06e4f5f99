/** Model cards and datasheets: filled from what is known, which of their sections are missing, and how they are written. */
@NullMarked
package io.millrace.governance.domain.cards;

import org.jspecify.annotations.NullMarked;
