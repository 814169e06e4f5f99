package io.millrace.tracker.domain.registry;

import io.millrace.tracker.domain.registry.Decision.Accepted;
import io.millrace.tracker.domain.registry.Decision.Reason;
import io.millrace.tracker.domain.registry.Decision.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What may be done with models. Says no in MLflow's words. */
public final class ModelDecider {

    private static final Pattern OTHER_VERSION = Pattern.compile("models:/([^/:@]+)/(\\d{1,9})");

    private ModelDecider() {}

    /** @param name of the model that the command is about */
    public static Decision decide(ModelRegistry registry, String name, ModelCommand command) {
        Optional<String> wrong = ModelNames.wrongWithName(name);
        if (wrong.isPresent()) {
            return invalid(wrong.get());
        }
        RegisteredModel model = registry.model(name).orElse(null);
        if (command instanceof ModelCommand.RegisterModel(String description, Map<String, String> tags)) {
            if (model != null) {
                return alreadyExists(name);
            }
            return checked(ModelNames.wrongWithTags(tags), new RegistryEvent.ModelRegistered(description, tags));
        }
        if (model == null) {
            return modelNotFound(name);
        }
        return decide(registry, model, command);
    }

    private static Decision decide(ModelRegistry registry, RegisteredModel model, ModelCommand command) {
        return switch (command) {
            case ModelCommand.RegisterModel ignored -> alreadyExists(model.name());
            case ModelCommand.RenameModel(String newName) -> rename(registry, model, newName);
            case ModelCommand.DescribeModel(String description) ->
                Decision.accepted(new RegistryEvent.ModelDescribed(description));
            case ModelCommand.DeleteModel() -> Decision.accepted(new RegistryEvent.ModelDeleted());
            case ModelCommand.RegisterVersion asked -> registerVersion(registry, model, asked);
            case ModelCommand.DescribeVersion(int version, String description) ->
                ofVersion(model, version, new RegistryEvent.VersionDescribed(version, description));
            case ModelCommand.DeleteVersion(int version) ->
                ofVersion(model, version, new RegistryEvent.VersionDeleted(version));
            case ModelCommand.SetTag(Integer version, String key, String value) ->
                ModelNames.wrongWithTag(key, value)
                        .<Decision>map(ModelDecider::invalid)
                        .orElseGet(() -> tag(model, version, new RegistryEvent.ModelTagSet(version, key, value)));
            case ModelCommand.RemoveTag(Integer version, String key) -> removeTag(model, version, key);
            case ModelCommand.SetAlias(String alias, int version) ->
                ModelNames.wrongWithNewAlias(alias)
                        .<Decision>map(ModelDecider::invalid)
                        .orElseGet(() -> ofVersion(model, version, new RegistryEvent.AliasSet(alias, version)));
            case ModelCommand.RemoveAlias(String alias) ->
                ModelNames.wrongWithAlias(alias)
                        .<Decision>map(ModelDecider::invalid)
                        .orElseGet(() -> model.aliases().containsKey(alias)
                                ? Decision.accepted(new RegistryEvent.AliasRemoved(alias))
                                : Decision.accepted());
            case ModelCommand.ChangeStage asked -> changeStage(model, asked);
        };
    }

    private static Decision registerVersion(
            ModelRegistry registry, RegisteredModel model, ModelCommand.RegisterVersion asked) {
        String location = asked.source();
        Matcher other = OTHER_VERSION.matcher(asked.source());
        if (other.matches()) {
            ModelVersion copied = registry.model(other.group(1))
                    .flatMap(from -> from.version(Integer.parseInt(other.group(2))))
                    .orElse(null);
            if (copied == null) {
                return invalid("Unable to fetch model from model URI source artifact location '" + asked.source()
                        + "'. Error: Model Version (name=" + other.group(1) + ", version=" + other.group(2)
                        + ") not found");
            }
            location = copied.location();
        }
        return checked(
                ModelNames.wrongWithTags(asked.tags()),
                new RegistryEvent.ModelVersionRegistered(
                        model.lastVersion() + 1,
                        asked.source(),
                        location,
                        asked.runId(),
                        asked.runLink(),
                        asked.description(),
                        asked.tags()));
    }

    private static Decision rename(ModelRegistry registry, RegisteredModel model, String newName) {
        Optional<String> wrong = newName.isBlank()
                ? Optional.of("Missing value for required parameter 'new_name'.")
                : ModelNames.wrongWithName(newName);
        if (wrong.isPresent()) {
            return invalid(wrong.get());
        }
        if (!newName.equals(model.name()) && registry.model(newName).isPresent()) {
            return alreadyExists(newName);
        }
        return Decision.accepted(new RegistryEvent.ModelRenamed(newName));
    }

    private static Decision removeTag(RegisteredModel model, @Nullable Integer version, String key) {
        boolean there = version == null
                ? model.tags().containsKey(key)
                : model.version(version)
                        .filter(one -> one.tags().containsKey(key))
                        .isPresent();
        Decision decision = tag(model, version, new RegistryEvent.ModelTagRemoved(version, key));
        return there || decision instanceof Refused ? decision : Decision.accepted();
    }

    private static Decision changeStage(RegisteredModel model, ModelCommand.ChangeStage asked) {
        Stage stage = Stage.of(asked.stage()).orElse(null);
        if (stage == null) {
            return invalid(Stage.unknown(asked.stage()));
        }
        if (asked.archiveOthers() && !stage.active()) {
            return invalid("Model version transition cannot archive existing model versions because '" + asked.stage()
                    + "' is not an Active stage. Valid stages are ['Staging', 'Production']");
        }
        List<RegistryEvent> events = new ArrayList<>();
        if (asked.archiveOthers()) {
            for (ModelVersion other : model.versions()) {
                if (other.number() != asked.version() && other.stage() == stage) {
                    events.add(new RegistryEvent.StageChanged(other.number(), Stage.ARCHIVED, asked.version()));
                }
            }
        }
        events.add(new RegistryEvent.StageChanged(asked.version(), stage, null));
        return ofVersion(model, asked.version(), events.toArray(RegistryEvent[]::new));
    }

    private static Decision tag(RegisteredModel model, @Nullable Integer version, RegistryEvent event) {
        return version == null ? Decision.accepted(event) : ofVersion(model, version, event);
    }

    private static Decision ofVersion(RegisteredModel model, int version, RegistryEvent... events) {
        return model.version(version).isPresent() ? Decision.accepted(events) : versionNotFound(model.name(), version);
    }

    private static Decision checked(Optional<String> wrong, RegistryEvent event) {
        return wrong.<Decision>map(ModelDecider::invalid).orElseGet(() -> new Accepted(List.of(event)));
    }

    private static Refused invalid(String message) {
        return new Refused(Reason.INVALID, message);
    }

    private static Refused alreadyExists(String name) {
        return new Refused(Reason.ALREADY_EXISTS, "Registered Model (name=" + name + ") already exists.");
    }

    /** Also what a reader is told. */
    public static Refused modelNotFound(String name) {
        return new Refused(Reason.NOT_FOUND, "Registered Model with name=" + name + " not found");
    }

    /** Also what a reader is told. */
    public static Refused versionNotFound(String name, int version) {
        return new Refused(Reason.NOT_FOUND, "Model Version (name=" + name + ", version=" + version + ") not found");
    }
}
