package io.millrace.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The services that a stack runs beside the broker and the registry. To add one: name it and say how it runs. */
final class Services {

    private static final String SCHEDULER = "scheduler";

    static final List<String> NAMES = List.of(SCHEDULER);

    private Services() {}

    static List<ServiceSpec> of(StackOptions options) {
        return options.services().stream().map(name -> service(name, options)).toList();
    }

    private static ServiceSpec service(String name, StackOptions options) {
        return switch (name) {
            case SCHEDULER ->
                new ServiceSpec(
                        name,
                        jar(name, options.root()),
                        options.ports().of(name),
                        Map.of(
                                "MILLRACE_POOLS", Pools.text(options.pools()),
                                "MILLRACE_POLICY_FILE", options.policyFile().toString()));
            default -> throw new StackException("there is no service named '" + name + "'");
        };
    }

    /** What every service is told. */
    static Map<String, String> environment(ServiceSpec service, StackOptions options) {
        DataFolder data = new DataFolder(options.data());
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put(
                "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + options.ports().broker());
        environment.put(
                "MILLRACE_REGISTRY_URL",
                RegistryProcess.url(options.ports().registry()).toString());
        environment.put("MILLRACE_SCHEMA_CACHE", data.schemaCache().toString());
        environment.put("MILLRACE_CLOCK", clock(options));
        environment.put("MILLRACE_STATE_DIR", data.state(service.name()).toString());
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(service.port()));
        environment.putAll(service.environment());
        return environment;
    }

    /** Scaled time with the instant it began at, so that a service that is started again goes on where it was. */
    private static String clock(StackOptions options) {
        return options.clock().startsWith("scaled")
                ? options.clock().replace(")", "," + new DataFolder(options.data()).scaledFrom() + ")")
                : options.clock();
    }

    private static Path jar(String name, Path root) {
        return root.resolve("services").resolve(name).resolve("target/quarkus-app/quarkus-run.jar");
    }

    /** Fails early, and saying what to do, where a start could only fail later. */
    static void requireBuilt(StackOptions options) {
        List<ServiceSpec> services = of(options);
        for (ServiceSpec service : services) {
            if (!Files.isRegularFile(service.jar())) {
                throw new StackException("service " + service.name() + " is not built: " + service.jar()
                        + " is missing; build with ./millrace or mvn package");
            }
        }
        if (!services.isEmpty() && !Files.isRegularFile(options.policyFile())) {
            throw new StackException(
                    "there is no policy file " + options.policyFile() + "; name one with --policy FILE");
        }
    }
}
