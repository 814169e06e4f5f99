package io.millrace.bench.tracker;

import io.millrace.events.run.Metric;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Made-up runs, the same for the same seed: a few params, a tag, and metrics with one value each, from 0 to 1. */
final class RunMix {

    /** A run as it is logged. */
    record MadeRun(String id, String name, long at, Map<String, String> params, String team, List<Metric> metrics) {}

    /** What is asked for, the kind of question it is, and in which order it is wanted. */
    record Question(String kind, String filter, List<String> orderBy) {}

    static final List<String> KINDS = List.of(
            "one metric", "two metrics", "param and metric", "param like, and state", "few match", "best by metric");

    private static final List<String> MODELS =
            List.of("resnet", "unet", "bert", "gnmt", "dlrm", "maskrcnn", "minigo", "ssd", "transformer", "cnn");
    private static final List<String> TEAMS = List.of("vision", "speech", "ads", "search");
    private static final long FIRST = 1_700_000_000_000L;
    private static final long APART_MS = 1000;

    private final Random random;
    private final int metrics;
    private int made;

    RunMix(long seed, int metrics) {
        this.random = new Random(seed);
        this.metrics = metrics;
    }

    MadeRun next() {
        long at = FIRST + made * APART_MS;
        Map<String, String> params = new LinkedHashMap<>();
        params.put("model", MODELS.get(random.nextInt(MODELS.size())));
        params.put("rate", "0." + (1 + random.nextInt(999)));
        params.put("batch_size", Integer.toString(1 << (4 + random.nextInt(8))));
        params.put("seed", Integer.toString(made));
        byte[] id = new byte[16];
        random.nextBytes(id);
        List<Metric> measured = new ArrayList<>(metrics);
        for (int i = 0; i < metrics; i++) {
            measured.add(new Metric(metric(i), random.nextDouble(), 1L, Instant.ofEpochMilli(at + i)));
        }
        return new MadeRun(
                HexFormat.of().formatHex(id),
                "run-" + made++,
                at,
                params,
                TEAMS.get(random.nextInt(TEAMS.size())),
                measured);
    }

    /** So many values of ten metrics, each a step further than the one before. */
    static List<Metric> history(int from, int count) {
        List<Metric> measured = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long step = from + i;
            measured.add(new Metric(metric(i % 10), 1 / (1.0 + step), step, Instant.ofEpochMilli(FIRST + step)));
        }
        return measured;
    }

    Question ask(int number) {
        String kind = KINDS.get(number % KINDS.size());
        String one = "metrics." + metric(random.nextInt(metrics));
        String other = "metrics." + metric(random.nextInt(metrics));
        String model = MODELS.get(random.nextInt(MODELS.size()));
        double cut = random.nextInt(900) / 1000.0;
        return switch (kind) {
            case "one metric" -> new Question(kind, one + " > " + cut, List.of());
            case "two metrics" ->
                new Question(kind, one + " > 0." + 8 + random.nextInt(90) + " AND " + other + " < 0.25", List.of());
            case "param and metric" ->
                new Question(kind, "params.model = '" + model + "' AND " + one + " >= " + cut, List.of());
            case "param like, and state" ->
                new Question(
                        kind,
                        "params.rate LIKE '0." + random.nextInt(1, 10) + "%' AND attributes.status = 'FINISHED'",
                        List.of());
            case "few match" -> new Question(kind, one + " > 0.999", List.of());
            default -> new Question(kind, one + " > 0.5", List.of(one + " DESC"));
        };
    }

    private static String metric(int number) {
        return String.format("m%02d", number);
    }
}
