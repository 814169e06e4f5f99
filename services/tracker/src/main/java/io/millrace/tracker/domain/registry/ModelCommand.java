package io.millrace.tracker.domain.registry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What somebody wants done with a model. */
public sealed interface ModelCommand {

    record RegisterModel(String description, Map<String, String> tags) implements ModelCommand {}

    record RenameModel(String newName) implements ModelCommand {}

    record DescribeModel(String description) implements ModelCommand {}

    record DeleteModel() implements ModelCommand {}

    record RegisterVersion(
            String source,
            @Nullable String runId,
            @Nullable String runLink,
            String description,
            Map<String, String> tags)
            implements ModelCommand {}

    record DescribeVersion(int version, String description) implements ModelCommand {}

    record DeleteVersion(int version) implements ModelCommand {}

    /** @param version null for a tag of the model itself */
    record SetTag(@Nullable Integer version, String key, String value) implements ModelCommand {}

    /** @param version null for a tag of the model itself */
    record RemoveTag(@Nullable Integer version, String key) implements ModelCommand {}

    record SetAlias(String alias, int version) implements ModelCommand {}

    record RemoveAlias(String alias) implements ModelCommand {}

    /** @param archiveOthers whether other versions in that stage are archived */
    record ChangeStage(int version, String stage, boolean archiveOthers) implements ModelCommand {}
}
