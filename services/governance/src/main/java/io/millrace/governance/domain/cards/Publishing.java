package io.millrace.governance.domain.cards;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Hugging Face asks of a card and nobody but its author knows.
 *
 * @param license as SPDX has it, such as Apache-2.0; null for none
 * @param languages as ISO 639 has them, such as en
 * @param task such as tabular-classification; null for none
 * @param library that loads it, such as sklearn; null for none
 */
public record Publishing(
        @Nullable String license,
        List<String> languages,
        @Nullable String task,
        @Nullable String library,
        List<String> tags) {

    public Publishing {
        languages = List.copyOf(languages);
        tags = List.copyOf(tags);
    }
}
