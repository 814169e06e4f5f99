package io.millrace.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.millrace.cli.CommandException;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.SchedulingPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The policy that traces are played under.
 *
 * @param text YAML, as services read it
 * @param statedLimitsMs limits that the players of a trace state for their jobs, ascending, in milliseconds
 */
public record TracePolicy(String text, List<Long> statedLimitsMs) {
    private static final Pattern RULE = Pattern.compile("(?m)^policy:.*$");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    public TracePolicy {
        statedLimitsMs = List.copyOf(statedLimitsMs);
    }

    /**
     * Reads a policy file and puts another rule into it.
     *
     * @throws CommandException when the file is no policy for traces or there is no such rule
     */
    public static TracePolicy read(Path file, String rule) {
        try {
            SchedulingPolicy.Rule.named(rule);
            String text = RULE.matcher(Files.readString(file)).replaceFirst("policy: " + rule);
            PolicyDocument.parse(text);
            return new TracePolicy(text, statedLimits(file, YAML.readTree(text)));
        } catch (JsonProcessingException e) {
            throw new CommandException(file + " can't be read: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CommandException("policy file " + file + " can't be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CommandException(e.getMessage(), e);
        }
    }

    /** Writes it where a service can read it. */
    public void write(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CommandException("policy file " + file + " can't be written: " + e.getMessage(), e);
        }
    }

    private static List<Long> statedLimits(Path file, JsonNode policy) {
        List<Long> limits = new ArrayList<>();
        for (JsonNode limit : policy.path("trace").path("stated_limits")) {
            limits.add(PolicyDocument.durationMs("trace.stated_limits", limit.asText()));
        }
        if (limits.isEmpty()) {
            throw new CommandException(file + " does not say trace.stated_limits: it is no policy for playing traces");
        }
        return limits.stream().sorted().toList();
    }
}
