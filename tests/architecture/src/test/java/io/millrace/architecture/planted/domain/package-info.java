/** Breaks the rules of a domain. */
@NullMarked
package io.millrace.architecture.planted.domain;

import org.jspecify.annotations.NullMarked;
