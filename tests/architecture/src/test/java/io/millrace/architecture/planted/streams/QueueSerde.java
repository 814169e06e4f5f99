package io.millrace.architecture.planted.streams;

import io.millrace.architecture.planted.scheduler.Queue;

/** A library that reaches into a service. */
public record QueueSerde(Queue queue) {}
