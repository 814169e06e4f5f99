package io.millrace.scheduler.domain;

/** What a job is for, as its user says; counts only where the team may claim it. */
public enum JobType {
    PRODUCTION_MODEL,
    RESEARCH,
    EXPERIMENTATION,
    SWEEP
}
