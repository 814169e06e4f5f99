package io.millrace.monitor.topology;

import io.millrace.monitor.codec.VerdictCodec.Model;
import io.millrace.monitor.domain.window.OpenWindow;
import io.millrace.monitor.domain.window.WindowPolicy;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The open windows and the references of one model version, and which of them changed since they were stored. */
final class ModelWindows {

    private final Model model;
    private final TreeMap<Long, OpenWindow.OfService> service = new TreeMap<>();
    private final TreeMap<Long, OpenWindow.OfFeatures> features = new TreeMap<>();
    private final TreeMap<String, OpenWindow.Reference> references = new TreeMap<>();
    private final Set<OpenWindow> changed = new HashSet<>();
    private final Map<Long, Integer> storedIds = new TreeMap<>();

    ModelWindows(Model model) {
        this.model = model;
    }

    Model model() {
        return model;
    }

    OpenWindow.OfService service(WindowPolicy policy, long time) {
        return service.computeIfAbsent(policy.serviceStart(time), OpenWindow.OfService::new);
    }

    OpenWindow.OfFeatures features(WindowPolicy policy, long time) {
        return features.computeIfAbsent(
                policy.driftStart(time),
                start -> new OpenWindow.OfFeatures(start, OpenWindow.inForce(references.values(), start)));
    }

    TreeMap<Long, OpenWindow.OfService> service() {
        return service;
    }

    TreeMap<Long, OpenWindow.OfFeatures> features() {
        return features;
    }

    TreeMap<String, OpenWindow.Reference> references() {
        return references;
    }

    void change(OpenWindow window) {
        changed.add(window);
    }

    /** Windows that changed since the last call. */
    Set<OpenWindow> takeChanges() {
        Set<OpenWindow> taken = new HashSet<>(changed);
        changed.clear();
        return taken;
    }

    /** How many ids of a window are stored already. */
    int storedIds(long start) {
        return storedIds.getOrDefault(start, 0);
    }

    void storedIds(long start, int count) {
        storedIds.put(start, count);
    }

    void closed(OpenWindow window) {
        changed.remove(window);
        storedIds.remove(window.start());
    }
}
