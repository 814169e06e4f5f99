package io.millrace.scheduler.domain;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What an agent runs for a job. The pool only hands it on.
 *
 * @param command program and arguments, run without a shell
 * @param environment added to what the agent sets
 * @param directory working directory on the node; null for a folder of the attempt's own
 */
public record Work(
        List<String> command,
        SortedMap<String, String> environment,
        @Nullable String directory) {}
