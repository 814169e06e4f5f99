/** Takes what receivers are to be told to them, until they have it. */
@NullMarked
package io.millrace.monitor.delivery;

import org.jspecify.annotations.NullMarked;
