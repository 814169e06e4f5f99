package io.millrace.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The services that a stack runs beside the broker and the registry. To add one: add it to {@code ALL}. */
final class Services {

    /**
     * @param port the one it listens on unless told otherwise
     * @param told what only this service is told
     */
    private record Service(String name, int port, Function<StackOptions, Map<String, String>> told) {}

    private static final List<Service> ALL = List.of(
            new Service("scheduler", 18090, Services::scheduler),
            new Service("tracker", 18091, options -> Map.of()),
            new Service("monitor", 18092, Services::monitor),
            new Service("governance", 18093, Services::governance));

    static final List<String> NAMES = ALL.stream().map(Service::name).toList();

    /** The usual port of each service. */
    static final Map<String, Integer> PORTS = ports();

    private Services() {}

    private static Map<String, String> scheduler(StackOptions options) {
        Map<String, String> told = new LinkedHashMap<>();
        told.put("MILLRACE_POOLS", Pools.text(options.pools()));
        told.put("MILLRACE_POLICY_FILE", options.policyFile().toString());
        if (options.orgFile() != null) {
            told.put("MILLRACE_ORG_FILE", options.orgFile().toString());
        }
        return told;
    }

    private static Map<String, String> monitor(StackOptions options) {
        return Map.of(
                "MILLRACE_ALERT_RULES_FILE",
                options.root().resolve("policies/alerts.yaml").toString());
    }

    /** A play is over in minutes, and whoever sums it up waits until all of it is logged and signed. */
    private static Map<String, String> governance(StackOptions options) {
        return options.clock().equals("driven")
                ? Map.of("MILLRACE_AUDIT_PATIENCE", "1s", "MILLRACE_AUDIT_CHECKPOINT_EVERY", "2s")
                : Map.of();
    }

    private static Map<String, Integer> ports() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ALL.forEach(service -> ports.put(service.name(), service.port()));
        return Collections.unmodifiableMap(ports);
    }

    static List<ServiceSpec> of(StackOptions options) {
        return ALL.stream()
                .filter(service -> options.services().contains(service.name()))
                .map(service -> new ServiceSpec(
                        service.name(),
                        jar(service.name(), options.root()),
                        options.ports().of(service.name()),
                        service.told().apply(options),
                        options.tls() != null))
                .toList();
    }

    /** What every service is told. */
    static Map<String, String> environment(
            ServiceSpec service, StackOptions options, Credentials credentials, Tokens tokens) {
        DataFolder data = new DataFolder(options.data());
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put(
                "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + options.ports().broker());
        // A service's user is named like the service; what others can't read of a process is its environment.
        credentials
                .client(service.name(), options.tls())
                .forEach((name, value) ->
                        environment.put("KAFKA_" + name.replace('.', '_').toUpperCase(Locale.ROOT), value));
        environment.put(
                "MILLRACE_REGISTRY_URL",
                RegistryProcess.url(options.ports().registry(), options.tls()).toString());
        environment.put("MILLRACE_SCHEMA_CACHE", data.schemaCache().toString());
        environment.put("MILLRACE_CLOCK", clock(options));
        environment.put("MILLRACE_STATE_DIR", data.state(service.name()).toString());
        environment.put("MILLRACE_TOKENS", tokens.digests());
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(service.port()));
        TlsFiles tls = options.tls();
        if (tls != null) {
            environment.put("QUARKUS_HTTP_SSL_PORT", Integer.toString(service.port()));
            environment.put("QUARKUS_HTTP_INSECURE_REQUESTS", "disabled");
            environment.put(
                    "QUARKUS_HTTP_SSL_CERTIFICATE_FILES", tls.certificate().toString());
            environment.put("QUARKUS_HTTP_SSL_CERTIFICATE_KEY_FILES", tls.key().toString());
            environment.put("MILLRACE_REGISTRY_AUTHORITY", tls.authority().toString());
        }
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
        for (ServiceSpec service : of(options)) {
            if (!Files.isRegularFile(service.jar())) {
                throw new StackException("service " + service.name() + " is not built: " + service.jar()
                        + " is missing; build with ./millrace or mvn package");
            }
        }
        if (!options.services().contains("scheduler")) {
            return;
        }
        if (!Files.isRegularFile(options.policyFile())) {
            throw new StackException(
                    "there is no policy file " + options.policyFile() + "; name one with --policy FILE");
        }
        if (options.orgFile() != null && !Files.isRegularFile(options.orgFile())) {
            throw new StackException(
                    "there is no organisation file " + options.orgFile() + "; name one with --org FILE");
        }
    }
}
