package io.millrace.local;

import io.millrace.local.StackState.Phase;
import io.millrace.local.StackState.ProcessState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that owns a stack: starts its processes in order, keeps them running, says in {@code stack.json} how they
 * are, and stops them when it is told to end. Until the stack is ready it ends with whoever started it. Argument: the
 * options as JSON.
 */
public final class Supervisor {

    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final List<String> BROKER_FLAGS = List.of("-Xmx512m", "-XX:+UseSerialGC", ProcessLogging.flag());
    private static final List<String> SERVICE_FLAGS = List.of("-Xmx384m", "-XX:+UseSerialGC");

    private final StackOptions options;
    private final DataFolder data;
    private final ChildJvm jvm;
    private final Credentials credentials;
    private final Tokens tokens;
    private final ProcessRef self = ProcessRef.of(ProcessHandle.current());
    private final Instant startedAt = Instant.now();
    private final List<SupervisedProcess> platform = new CopyOnWriteArrayList<>();
    private final List<SupervisedProcess> services = new CopyOnWriteArrayList<>();
    private final List<SupervisedProcess> agents = new CopyOnWriteArrayList<>();
    private final Object writing = new Object();
    private Phase phase = Phase.STARTING;
    private @Nullable String message;

    private Supervisor(StackOptions options) {
        this.options = options;
        this.data = new DataFolder(options.data());
        this.jvm = ChildJvm.in(data.path());
        this.credentials = Credentials.in(data.credentials());
        this.tokens = Tokens.in(data.credentials(), System.getProperty("user.name"));
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        ProcessLogging.start();
        StackOptions options = StackFile.parse(args[0], StackOptions.class);
        try (FileLock lock = lock(new DataFolder(options.data()).lockFile())) {
            Supervisor supervisor = new Supervisor(options);
            Runtime.getRuntime().addShutdownHook(new Thread(supervisor::stop, "stop"));
            supervisor.publish();
            Thread.ofPlatform().daemon().name("starter-watch").start(supervisor::endWithStarter);
            try {
                supervisor.start();
            } catch (StackException e) {
                LOG.error("The stack does not start: {}", e.getMessage());
                supervisor.fail(e);
                System.exit(1);
            }
            new CountDownLatch(1).await();
            LOG.info("Leaving {}", lock);
        }
    }

    private static FileLock lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            throw new StackException("another supervisor has " + file);
        }
        return lock;
    }

    private void start() {
        SupervisedProcess broker = add(platform, brokerPlan());
        SupervisedProcess registry = add(platform, registryPlan());
        try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Void> topics = broker.start().thenRunAsync(this::setUpCluster, tasks);
            CompletableFuture<Void> schemas = registry.start()
                    .thenRunAsync(
                            () -> SchemaSetup.register(
                                    RegistryProcess.url(options.ports().registry(), options.tls()),
                                    data.schemaCache(),
                                    authority()),
                            tasks);
            awaitAll(List.of(topics, schemas));
        }
        List<CompletableFuture<Void>> up = new ArrayList<>();
        for (ServiceSpec service : Services.of(options)) {
            up.add(add(services, servicePlan(service)).start());
        }
        awaitAll(up);
        writeClientFiles();
        StackOptions.AgentNode node = options.agent();
        if (node != null) {
            awaitAll(List.of(add(agents, AgentProcess.plan(jvm, options, node)).start()));
        }
        become(Phase.READY, null);
        LOG.info("The stack is ready");
    }

    private void setUpCluster() {
        Map<String, Object> operator = new HashMap<>(credentials.client(Credentials.OPERATOR, options.tls()));
        operator.put(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                "127.0.0.1:" + options.ports().broker());
        operator.put(AdminClientConfig.CLIENT_ID_CONFIG, "supervisor");
        try (Admin admin = Admin.create(operator)) {
            HangingTransactions.end(operator, admin);
            TopicSetup.create(admin, options.keepsEverything());
            AclSetup.apply(admin);
        }
    }

    private void writeClientFiles() {
        for (String user : ClientProperties.FILES.keySet()) {
            Path file = data.clientProperties(user);
            try {
                PrivateFiles.replace(file, ClientProperties.text(options, credentials, tokens, user));
            } catch (IOException e) {
                throw new StackException("can't write " + file + ": " + e, e);
            }
        }
    }

    /** Waits for all, or for the first that fails. */
    private static void awaitAll(List<CompletableFuture<Void>> steps) {
        CompletableFuture<Void> all = CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new));
        steps.forEach(step -> step.exceptionally(failure -> {
            all.completeExceptionally(failure);
            return null;
        }));
        try {
            all.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof CompletionException inner ? inner.getCause() : e.getCause();
            throw cause instanceof StackException known
                    ? known
                    : new StackException("the stack does not start: " + cause, e);
        } catch (TimeoutException e) {
            throw new StackException(
                    "the stack is not ready after " + START_LIMIT.toSeconds()
                            + " s; the logs in the data folder say more",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the stack started", e);
        }
    }

    private SupervisedProcess add(List<SupervisedProcess> group, SupervisedProcess.Plan plan) {
        SupervisedProcess process = new SupervisedProcess(plan, this::publish);
        group.add(process);
        return process;
    }

    private SupervisedProcess.Plan brokerPlan() {
        List<String> program = new ArrayList<>();
        program.add("-cp");
        program.add(System.getProperty("java.class.path"));
        program.addAll(BrokerProcess.arguments(options));
        int port = options.ports().broker();
        return plan(
                Ports.BROKER, port, "127.0.0.1:" + port, jvm.command(BROKER_FLAGS, program), Map.of(), Probe.tcp(port));
    }

    private SupervisedProcess.Plan registryPlan() {
        int port = options.ports().registry();
        int management = options.ports().registryManagement();
        return plan(
                Ports.REGISTRY,
                port,
                RegistryProcess.url(port, options.tls()).toString(),
                RegistryProcess.command(jvm, options.root(), data.registry(), port, management, options.tls()),
                Map.of(),
                Probe.http(RegistryProcess.health(management)));
    }

    private SupervisedProcess.Plan servicePlan(ServiceSpec service) {
        return plan(
                service.name(),
                service.port(),
                service.url(),
                jvm.command(SERVICE_FLAGS, List.of("-jar", service.jar().toString())),
                Services.environment(service, options, credentials, tokens),
                Probe.http(service.health(), authority()));
    }

    private @Nullable Path authority() {
        return options.tls() == null ? null : options.tls().authority();
    }

    private SupervisedProcess.Plan plan(
            String name, int port, String address, List<String> command, Map<String, String> environment, Probe probe) {
        return new SupervisedProcess.Plan(
                name, port, address, command, environment, data.path(), data.log(name), probe);
    }

    /** Who starts a stack holds this process's standard input until the stack is ready. */
    private void endWithStarter() {
        ParentWatch.awaitEndOfInput();
        if (phase() == Phase.STARTING) {
            LOG.warn("Who started this stack is gone before it was ready: stopping it");
            System.exit(1);
        }
    }

    private void fail(StackException failure) {
        become(Phase.FAILED, failure.getMessage());
    }

    /** Stops the services, then what they stand on. */
    private void stop() {
        boolean failed = phase() == Phase.FAILED;
        if (!failed) {
            become(Phase.STOPPING, null);
        }
        try {
            data.removeClientFiles();
        } catch (IOException e) {
            LOG.warn("Can't remove what clients connect with", e);
        }
        // While the topics still take what it says of its jobs' ends.
        stopAll(agents);
        stopAll(services);
        stopAll(platform);
        if (!failed) {
            become(Phase.STOPPED, null);
        }
        LOG.info("The stack is stopped");
    }

    private static void stopAll(List<SupervisedProcess> group) {
        try (ExecutorService stops = Executors.newVirtualThreadPerTaskExecutor()) {
            group.forEach(process -> stops.execute(process::stop));
        }
    }

    private Phase phase() {
        synchronized (writing) {
            return phase;
        }
    }

    private void become(Phase next, @Nullable String why) {
        synchronized (writing) {
            phase = next;
            message = why;
            publish();
        }
    }

    private void publish() {
        synchronized (writing) {
            List<ProcessState> processes = new ArrayList<>();
            platform.forEach(process -> processes.add(process.state()));
            services.forEach(process -> processes.add(process.state()));
            agents.forEach(process -> processes.add(process.state()));
            try {
                StackFile.write(
                        data.stackFile(),
                        new StackState(
                                phase,
                                message,
                                self,
                                startedAt,
                                data.path(),
                                options.clock(),
                                options.pools(),
                                processes));
            } catch (IOException e) {
                LOG.warn("Can't write {}", data.stackFile(), e);
            }
        }
    }
}
