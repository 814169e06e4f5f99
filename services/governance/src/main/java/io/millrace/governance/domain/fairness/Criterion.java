package io.millrace.governance.domain.fairness;

/** What can be asked of groups' rates. For a classifier that is neither perfect nor blind not all can be had at once. */
public enum Criterion {
    /** Groups are selected equally often: largest less smallest selection rate. */
    DEMOGRAPHIC_PARITY_DIFFERENCE("demographic parity difference"),
    /** The same as a ratio to the reference group, which the four-fifths rule bounds. */
    DEMOGRAPHIC_PARITY_RATIO("demographic parity ratio"),
    /** Of those who are positive in truth, groups are selected equally often. */
    EQUAL_OPPORTUNITY_DIFFERENCE("equal opportunity difference"),
    /** And so of those who are not: the larger difference of true and of false positive rates. */
    EQUALIZED_ODDS_DIFFERENCE("equalized odds difference"),
    /** Of those selected, equally many are positive in truth. */
    PREDICTIVE_PARITY_DIFFERENCE("predictive parity difference"),
    /** What has the same score comes true equally often: largest less smallest gap of calibration. */
    CALIBRATION_DIFFERENCE("calibration difference");

    private final String title;

    Criterion(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
