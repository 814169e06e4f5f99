package io.millrace.governance.domain.fairness;

/** Where a figure may well lie. */
public record Interval(double low, double high) {

    public boolean contains(double value) {
        return low <= value && value <= high;
    }

    Interval plus(double shift) {
        return new Interval(low + shift, high + shift);
    }
}
