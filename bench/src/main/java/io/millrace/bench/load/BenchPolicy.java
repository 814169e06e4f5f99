package io.millrace.bench.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.millrace.local.StackException;
import io.millrace.scheduler.codec.PolicyDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The shipped policy with the limits lifted that would leave a full cluster of 10,000 GPUs empty or a long queue short.
 * Queues keep their limits.
 */
public final class BenchPolicy {

    /** Room for the largest gang. */
    private static final int GPUS_PER_USER = 128;

    private static final int GPUS_PER_TEAM = 1024;

    private static final ObjectMapper YAML = new YAMLMapper();

    private BenchPolicy() {}

    /**
     * @param shipped the policy file, {@code policies/default.yaml}
     * @param rule the rule to measure; null for the policy's own
     * @param rememberEndedFor how long ended jobs are remembered, as in a policy
     * @throws IllegalArgumentException when there is no such rule
     */
    public static String document(Path shipped, @Nullable String rule, String rememberEndedFor) {
        Map<String, Object> policy;
        try {
            policy = YAML.readValue(Files.readString(shipped), new TypeReference<LinkedHashMap<String, Object>>() {});
        } catch (IOException e) {
            throw new StackException("the policy " + shipped + " can't be read: " + e.getMessage(), e);
        }
        if (rule != null) {
            policy.put("policy", rule);
        }
        Map<String, Object> perUser = part(policy, "per_user");
        perUser.put("max_gpus", GPUS_PER_USER);
        perUser.remove("max_queued_jobs");
        part(policy, "per_team").put("max_gpus", GPUS_PER_TEAM);
        part(policy, "leases").put("remember_ended_for", rememberEndedFor);
        try {
            String document = YAML.writeValueAsString(policy);
            PolicyDocument.parse(document);
            return document;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a policy that was read must be writable", e);
        }
    }

    @SuppressWarnings("unchecked") // as YAML reads it
    private static Map<String, Object> part(Map<String, Object> policy, String name) {
        return (Map<String, Object>) policy.computeIfAbsent(name, absent -> new LinkedHashMap<>());
    }
}
