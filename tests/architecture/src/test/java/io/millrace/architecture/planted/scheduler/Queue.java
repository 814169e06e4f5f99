package io.millrace.architecture.planted.scheduler;

/** What others reach for. */
public record Queue(String name) {}
