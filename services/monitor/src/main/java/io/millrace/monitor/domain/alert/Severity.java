package io.millrace.monitor.domain.alert;

/** How much an alert matters, most first. */
public enum Severity {
    P1,
    P2,
    P3,
    P4
}
