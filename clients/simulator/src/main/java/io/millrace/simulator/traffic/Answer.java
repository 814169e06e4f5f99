package io.millrace.simulator.traffic;

import java.util.Map;

/**
 * What a model was given, what it answered, and what would have been right.
 *
 * @param concept which of a stream's concepts held; counted from 0
 * @param score probability of class 1
 */
public record Answer(Map<String, Double> features, int concept, String truth, String label, double score) {

    public Answer {
        features = Map.copyOf(features);
    }
}
