package io.millrace.architecture.planted.simulator;

import io.millrace.architecture.planted.scheduler.Queue;

/** A client that reaches into a service. */
public record Play(Queue queue) {}
