package io.millrace.simulator.traffic;

import io.millrace.simulator.trace.TraceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Reads a model's answers: gzipped CSV whose header names {@code class, concept, prediction, predicted_probability}; every
 * other column is a feature.
 */
public final class AnswerFile {

    private AnswerFile() {}

    /** @throws TraceException when the file can't be read or a line makes no sense; names the line */
    public static List<Answer> read(Path file) {
        List<Answer> answers = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file), 1 << 16), StandardCharsets.UTF_8))) {
            String header = lines.readLine();
            List<String> names = header == null ? List.of() : List.of(header.split(","));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.add(answer(names, line.split(",", -1)));
            }
        } catch (IOException e) {
            throw new TraceException("The answers in " + file + " can't be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new TraceException(file + ", line " + (answers.size() + 2) + ": " + e.getMessage(), e);
        }
        return answers;
    }

    private static Answer answer(List<String> names, String[] fields) {
        if (fields.length != names.size()) {
            throw new IllegalArgumentException(fields.length + " fields where the header has " + names.size());
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i++) {
            texts.put(names.get(i), fields[i]);
        }
        String truth = take(texts, "class");
        int concept = Integer.parseInt(take(texts, "concept"));
        String label = take(texts, "prediction");
        double score = Double.parseDouble(take(texts, "predicted_probability"));
        Map<String, Double> features = new LinkedHashMap<>();
        texts.forEach((name, text) -> features.put(name, Double.valueOf(text)));
        return new Answer(features, concept, truth, label, score);
    }

    private static String take(Map<String, String> texts, String column) {
        String text = texts.remove(column);
        if (text == null) {
            throw new IllegalArgumentException("the header has no column " + column);
        }
        return text;
    }
}
