package io.millrace.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the monitor made of a model whose world was changed, by the topics.
 *
 * @param predictions answers that the model gave
 * @param labelsJoined truths that found their prediction
 * @param planted what was changed
 * @param found by change: how the monitor saw it
 * @param falseAlarms windows of features, and detections, that say drift where there is none
 * @param alerts of this model that a receiver was told of
 * @param told what people read of this model, in the order they were told
 */
public record ModelOutcome(
        long predictions,
        long labelsJoined,
        List<String> planted,
        Map<String, String> found,
        long falseAlarms,
        long alerts,
        List<String> told) {

    public ModelOutcome {
        planted = List.copyOf(planted);
        found = Map.copyOf(found);
        told = List.copyOf(told);
    }

    /** What is not as it must be, in sentences; empty when all is well. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        if (labelsJoined != predictions) {
            faults.add("Of " + predictions + " predictions, " + labelsJoined + " were joined with their label.");
        }
        for (String change : planted) {
            if (!found.containsKey(change)) {
                faults.add("The planted change of " + change + " was not found.");
            }
        }
        if (falseAlarms != 0) {
            faults.add(falseAlarms + " times drift was seen where none was planted.");
        }
        if (told.isEmpty()) {
            faults.add("Nobody was told that the model's world had changed.");
        }
        return faults;
    }

    /** For machines. */
    void addTo(Map<String, Object> keys) {
        keys.put("predictions", predictions);
        keys.put("labels_joined", labelsJoined);
        keys.put("drift_planted", planted.size());
        keys.put("drift_found", found.size());
        keys.put("false_alarms", falseAlarms);
        keys.put("alerts", alerts);
    }
}
