/** What an agent decides about the parts of jobs on its node, from what it reads and sees. No Kafka, no processes. */
@NullMarked
package io.millrace.agent.domain;

import org.jspecify.annotations.NullMarked;
