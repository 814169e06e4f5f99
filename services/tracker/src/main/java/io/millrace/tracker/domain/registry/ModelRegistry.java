package io.millrace.tracker.domain.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All models, and all that ever were. Changes only by {@link #evolve}, which takes the log in its order. Not thread
 * safe.
 */
public final class ModelRegistry {

    private final NavigableMap<String, RegisteredModel> models = new TreeMap<>();
    private final Map<String, Set<RegisteredModel>> everNamed = new HashMap<>();
    private long lastAt = Long.MIN_VALUE;

    /** False, and nothing is changed, where the event speaks of what is not there or is there already. */
    public boolean evolve(RegistryEntry entry) {
        lastAt = Math.max(lastAt, entry.at());
        RegisteredModel model = models.get(entry.name());
        if (model == null) {
            RegisteredModel.begin(entry).ifPresent(begun -> name(begun, entry.name()));
            return models.containsKey(entry.name());
        }
        boolean moves =
                entry.event() instanceof RegistryEvent.ModelRenamed(String newName) && !newName.equals(entry.name());
        if (entry.event() instanceof RegistryEvent.ModelRenamed(String newName)
                && moves
                && models.containsKey(newName)) {
            return false;
        }
        boolean holds = model.evolve(entry);
        if (holds && (moves || model.deleted())) {
            models.remove(entry.name());
            if (!model.deleted()) {
                name(model, model.name());
            }
        }
        return holds;
    }

    private void name(RegisteredModel model, String name) {
        models.put(name, model);
        everNamed.computeIfAbsent(name, any -> new LinkedHashSet<>()).add(model);
    }

    public Optional<RegisteredModel> model(String name) {
        return Optional.ofNullable(models.get(name));
    }

    /** By name. */
    public Collection<RegisteredModel> models() {
        return Collections.unmodifiableCollection(models.values());
    }

    /** The model that had the name when {@code at} had passed, as it was then. */
    public Optional<RegisteredModel> asOf(String name, long at) {
        return everNamed.getOrDefault(name, Set.of()).stream()
                .flatMap(model -> model.asOf(at).stream())
                .filter(model -> !model.deleted() && model.name().equals(name))
                .findFirst();
    }

    /** All that happened to models that ever had the name, in the order of the log. */
    public List<RegistryEntry> history(String name) {
        List<RegistryEntry> entries = new ArrayList<>();
        everNamed.getOrDefault(name, Set.of()).forEach(model -> entries.addAll(model.history()));
        entries.sort(Comparator.comparingLong(RegistryEntry::offset));
        return entries;
    }

    /** When the last event happened, ms since the epoch: none comes before it. */
    public long lastAt() {
        return lastAt;
    }
}
