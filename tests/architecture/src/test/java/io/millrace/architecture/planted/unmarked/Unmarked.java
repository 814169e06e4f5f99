package io.millrace.architecture.planted.unmarked;

/** Its package has no package-info. */
public interface Unmarked {}
