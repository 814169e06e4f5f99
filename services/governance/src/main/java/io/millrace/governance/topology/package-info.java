/** Whether groups of people are treated alike, computed as predictions and labels come. */
@NullMarked
package io.millrace.governance.topology;

import org.jspecify.annotations.NullMarked;
