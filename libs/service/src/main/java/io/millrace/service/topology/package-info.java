/** How a service with a topology starts and ends. */
@NullMarked
package io.millrace.service.topology;

import org.jspecify.annotations.NullMarked;
