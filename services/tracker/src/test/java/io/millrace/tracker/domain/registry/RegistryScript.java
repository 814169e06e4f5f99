package io.millrace.tracker.domain.registry;

import java.util.ArrayList;
import java.util.List;

/** A registry, its log, and a clock that ticks once with every command. */
final class RegistryScript {

    final ModelRegistry registry = new ModelRegistry();
    final List<RegistryEntry> log = new ArrayList<>();
    long now = 1000;

    Decision say(String name, ModelCommand command) {
        now++;
        Decision decision = ModelDecider.decide(registry, name, command);
        if (decision instanceof Decision.Accepted(List<RegistryEvent> events)) {
            for (RegistryEvent event : events) {
                RegistryEntry entry = new RegistryEntry(log.size(), now, "user:ada", name, event);
                log.add(entry);
                if (!registry.evolve(entry)) {
                    throw new AssertionError("decided, and does not hold: " + entry);
                }
            }
        }
        return decision;
    }

    /** As text, all there is to see of a model. */
    static String picture(RegisteredModel model) {
        return "%s '%s' %d %d %s %s %s"
                .formatted(
                        model.name(),
                        model.description(),
                        model.createdAt(),
                        model.updatedAt(),
                        model.tags(),
                        model.aliases(),
                        model.versions());
    }

    static String picture(ModelRegistry registry) {
        return registry.models().stream().map(RegistryScript::picture).toList().toString();
    }
}
