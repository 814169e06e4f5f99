package io.millrace.tracker.api;

import io.millrace.access.Authority;
import io.millrace.tracker.api.MlflowException.Code;
import io.millrace.tracker.domain.registry.Decision;
import io.millrace.tracker.domain.registry.ModelCommand;
import io.millrace.tracker.domain.registry.ModelDecider;
import io.millrace.tracker.domain.registry.ModelNames;
import io.millrace.tracker.domain.registry.ModelRegistry;
import io.millrace.tracker.domain.registry.ModelVersion;
import io.millrace.tracker.domain.registry.RegisteredModel;
import io.millrace.tracker.projection.ModelBook;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.function.Function;

/** Between callers and the registry: what is refused becomes MLflow's error. */
@Singleton
final class ModelDesk {

    private final ModelBook book;
    private final SecurityIdentity identity;

    ModelDesk(ModelBook book, SecurityIdentity identity) {
        this.book = book;
        this.identity = identity;
    }

    <T> T look(Function<ModelRegistry, T> at) {
        return book.look(at);
    }

    <T> T lookAt(String name, Function<RegisteredModel, T> at) {
        return book.look(registry -> at.apply(find(registry, name)));
    }

    <T> T change(String name, ModelCommand command, Function<ModelRegistry, T> answer) {
        ModelBook.Outcome<T> outcome = book.change(Authority.of(identity), name, command, answer);
        if (outcome.decision() instanceof Decision.Refused refused) {
            throw error(refused);
        }
        return Objects.requireNonNull(outcome.answer());
    }

    static RegisteredModel find(ModelRegistry registry, String name) {
        ModelNames.wrongWithName(name).ifPresent(wrong -> {
            throw MlflowException.invalid(wrong);
        });
        return registry.model(name).orElseThrow(() -> error(ModelDecider.modelNotFound(name)));
    }

    static ModelVersion find(RegisteredModel model, int version) {
        return model.version(version).orElseThrow(() -> error(ModelDecider.versionNotFound(model.name(), version)));
    }

    private static MlflowException error(Decision.Refused refused) {
        Code code = switch (refused.reason()) {
            case INVALID -> Code.INVALID_PARAMETER_VALUE;
            case ALREADY_EXISTS -> Code.RESOURCE_ALREADY_EXISTS;
            case NOT_FOUND -> Code.RESOURCE_DOES_NOT_EXIST;
        };
        return new MlflowException(code, refused.message());
    }
}
