@NullMarked
package io.millrace.agent;

import org.jspecify.annotations.NullMarked;
