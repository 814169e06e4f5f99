package io.millrace.tracker.domain.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A model as its events made it. Changes only by {@link #evolve}. */
public final class RegisteredModel {

    private final List<RegistryEntry> history = new ArrayList<>();
    private final NavigableMap<Integer, ModelVersion> versions = new TreeMap<>();
    private final NavigableMap<String, Integer> aliases = new TreeMap<>();
    private final NavigableMap<String, String> tags = new TreeMap<>();
    private final long createdAt;
    private String name;
    private String description;
    private long updatedAt;
    private int lastVersion;
    private boolean deleted;

    private RegisteredModel(RegistryEntry entry, RegistryEvent.ModelRegistered registered) {
        history.add(entry);
        createdAt = entry.at();
        updatedAt = entry.at();
        name = entry.name();
        description = registered.description();
        tags.putAll(registered.tags());
    }

    /** From the event that registered it; none from another one. */
    public static Optional<RegisteredModel> begin(RegistryEntry entry) {
        return entry.event() instanceof RegistryEvent.ModelRegistered registered
                ? Optional.of(new RegisteredModel(entry, registered))
                : Optional.empty();
    }

    /** As it was when {@code at} had passed; none before it was registered. */
    public Optional<RegisteredModel> asOf(long at) {
        RegisteredModel past = null;
        for (RegistryEntry entry : history) {
            if (entry.at() > at) {
                break;
            }
            if (past == null) {
                past = begin(entry).orElseThrow();
            } else {
                past.evolve(entry);
            }
        }
        return Optional.ofNullable(past);
    }

    /** False, and nothing is changed, where the event speaks of what is not there. */
    boolean evolve(RegistryEntry entry) {
        boolean holds = !deleted && change(entry);
        if (holds) {
            history.add(entry);
        }
        return holds;
    }

    private boolean change(RegistryEntry entry) {
        long at = entry.at();
        return switch (entry.event()) {
            case RegistryEvent.ModelRegistered ignored -> false;
            case RegistryEvent.ModelRenamed(String newName) -> {
                name = newName;
                updatedAt = at;
                versions.replaceAll((number, version) -> version.touched(at));
                yield true;
            }
            case RegistryEvent.ModelDescribed(String words) -> {
                description = words;
                updatedAt = at;
                yield true;
            }
            case RegistryEvent.ModelDeleted() -> {
                deleted = true;
                updatedAt = at;
                yield true;
            }
            case RegistryEvent.ModelVersionRegistered made -> register(made, entry);
            case RegistryEvent.VersionDescribed(int version, String words) ->
                replace(version, versions.get(version), old -> old.described(words, at));
            case RegistryEvent.VersionDeleted(int version) -> {
                if (versions.remove(version) == null) {
                    yield false;
                }
                aliases.values().removeIf(named -> named == version);
                updatedAt = at;
                yield true;
            }
            case RegistryEvent.ModelTagSet(Integer version, String key, String value) -> tag(version, key, value);
            case RegistryEvent.ModelTagRemoved(Integer version, String key) -> tag(version, key, null);
            case RegistryEvent.AliasSet(String alias, int version) -> {
                if (versions.containsKey(version)) {
                    aliases.put(alias, version);
                }
                yield versions.containsKey(version);
            }
            case RegistryEvent.AliasRemoved(String alias) -> aliases.remove(alias) != null;
            case RegistryEvent.StageChanged changed -> {
                updatedAt = versions.containsKey(changed.version()) ? at : updatedAt;
                yield replace(
                        changed.version(), versions.get(changed.version()), old -> old.staged(changed.stage(), at));
            }
        };
    }

    private boolean register(RegistryEvent.ModelVersionRegistered made, RegistryEntry entry) {
        if (made.version() <= lastVersion) {
            return false;
        }
        lastVersion = made.version();
        updatedAt = entry.at();
        versions.put(
                made.version(),
                new ModelVersion(
                        made.version(),
                        made.source(),
                        made.location(),
                        made.runId(),
                        made.runLink(),
                        entry.actor(),
                        entry.at(),
                        entry.at(),
                        made.description(),
                        Stage.NONE,
                        made.tags()));
        return true;
    }

    private boolean tag(@Nullable Integer version, String key, @Nullable String value) {
        if (version == null) {
            put(tags, key, value);
            return true;
        }
        return replace(version, versions.get(version), old -> {
            Map<String, String> next = new TreeMap<>(old.tags());
            put(next, key, value);
            return old.tagged(next);
        });
    }

    private static void put(Map<String, String> tags, String key, @Nullable String value) {
        if (value == null) {
            tags.remove(key);
        } else {
            tags.put(key, value);
        }
    }

    private boolean replace(int number, @Nullable ModelVersion version, UnaryOperator<ModelVersion> change) {
        if (version != null) {
            versions.put(number, change.apply(version));
        }
        return version != null;
    }

    public String name() {
        return name;
    }

    public String description() {
        return description;
    }

    /** Ms since the epoch. */
    public long createdAt() {
        return createdAt;
    }

    /** Ms since the epoch. */
    public long updatedAt() {
        return updatedAt;
    }

    public boolean deleted() {
        return deleted;
    }

    /** The number of the last version that was ever registered; 0 for none. */
    public int lastVersion() {
        return lastVersion;
    }

    /** By name. */
    public Map<String, String> tags() {
        return Collections.unmodifiableMap(tags);
    }

    /** Those that are there, by number. */
    public Collection<ModelVersion> versions() {
        return Collections.unmodifiableCollection(versions.values());
    }

    public Optional<ModelVersion> version(int number) {
        return Optional.ofNullable(versions.get(number));
    }

    /** Which version each name stands for. */
    public Map<String, Integer> aliases() {
        return Collections.unmodifiableMap(aliases);
    }

    /** Names of a version. */
    public List<String> aliasesOf(int version) {
        return aliases.entrySet().stream()
                .filter(alias -> alias.getValue() == version)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The last version of each stage in which there is one. */
    public List<ModelVersion> latest() {
        Map<Stage, ModelVersion> latest = new EnumMap<>(Stage.class);
        versions.values().forEach(version -> latest.put(version.stage(), version));
        return List.copyOf(latest.values());
    }

    /** All that happened to it, in the order of the log. */
    public List<RegistryEntry> history() {
        return Collections.unmodifiableList(history);
    }
}
