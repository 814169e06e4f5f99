package io.millrace.agent.domain;

/** One attempt to run a job; the first is 1. */
public record AttemptKey(String jobId, int attempt) {

    @Override
    public String toString() {
        return jobId + "/" + attempt;
    }
}
