@NullMarked
package io.millrace.agent.domain;

import org.jspecify.annotations.NullMarked;
