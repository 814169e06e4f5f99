package io.millrace.architecture.planted.tracker;

import io.millrace.architecture.planted.scheduler.Queue;
import io.millrace.architecture.planted.simulator.Play;

/** A service that reaches into another service and into a client. */
public record ReadsTheQueue(Queue queue, Play play) {}
