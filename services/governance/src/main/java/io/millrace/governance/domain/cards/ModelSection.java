package io.millrace.governance.domain.cards;

/** What a model card has to say, in this order. */
public enum ModelSection {
    DETAILS("Model details"),
    INTENDED_USE("Intended use"),
    FACTORS("Factors"),
    METRICS("Metrics"),
    TRAINING_DATA("Training data"),
    EVALUATION_DATA("Evaluation data"),
    ETHICAL_CONSIDERATIONS("Ethical considerations"),
    CAVEATS("Caveats and recommendations");

    private final String title;

    ModelSection(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
