package io.millrace.cli;

import io.millrace.events.job.JobType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Job types as policies write them: production_model. */
final class JobTypeText implements ITypeConverter<JobType> {

    @Override
    public JobType convert(String text) {
        return Arrays.stream(JobType.values())
                .filter(type -> type != JobType.UNKNOWN && name(type).equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is no job type; there are "
                        + Arrays.stream(JobType.values())
                                .filter(type -> type != JobType.UNKNOWN)
                                .map(JobTypeText::name)
                                .collect(Collectors.joining(", "))));
    }

    private static String name(JobType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
