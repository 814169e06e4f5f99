/** Who asks a service over HTTP, what he may, and how he is told no: the same for every service. */
@NullMarked
package io.millrace.access;

import org.jspecify.annotations.NullMarked;
