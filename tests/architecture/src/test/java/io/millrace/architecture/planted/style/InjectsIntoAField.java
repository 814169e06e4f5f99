package io.millrace.architecture.planted.style;

import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** Holds null until a container fills it in. */
public final class InjectsIntoAField {

    @Inject
    @Nullable
    String injected;
}
