package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.topology.SchedulerTopology;
import io.millrace.service.ServiceConfig;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topics;
import io.millrace.testkit.RecordedSchemas;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.streams.TopologyDescription;
import org.junit.jupiter.api.Test;

/** What the files of settings say, where nothing else is set. */
class SchedulerSettingsTest {

    private final SmallRyeConfig settings = read();

    private static SmallRyeConfig read() {
        try {
            SmallRyeConfigBuilder settings = new SmallRyeConfigBuilder()
                    .addDefaultInterceptors()
                    .withSources(new PropertiesConfigSource(Map.of("java.io.tmpdir", "/tmp"), "machine", 400))
                    .withSources(new PropertiesConfigSource(
                            Objects.requireNonNull(SchedulerConfig.class.getResource("/application.properties")), 250));
            for (URL file : Collections.list(
                    SchedulerConfig.class.getClassLoader().getResources("META-INF/microprofile-config.properties"))) {
                settings.withSources(new PropertiesConfigSource(file, 100));
            }
            return settings.build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldSayEverySettingThatTheServiceNeedsAndNoOther() {
        Map<String, String> own = new TreeMap<>();
        for (String name : settings.getPropertyNames()) {
            if (name.startsWith("millrace.")) {
                own.put(name, settings.getValue(name, String.class));
            }
        }
        Set<String> needed = names("millrace", SchedulerConfig.class, SchedulerConfig.class);
        needed.addAll(names("millrace", ServiceConfig.class, ServiceConfig.class));
        assertThat(own)
                .containsOnlyKeys(needed)
                .isEqualTo(Map.of(
                        "millrace.clock", "wall",
                        "millrace.pools", "default=0",
                        "millrace.policy-file", "policies/default.yaml",
                        "millrace.registry.url", "http://127.0.0.1:18081/apis/ccompat/v7",
                        "millrace.registry.patience", "5s",
                        "millrace.schema.cache", "/tmp/millrace-schemas",
                        "millrace.state-dir", "/tmp/millrace-state",
                        "millrace.instance", "0"));
        assertThat(settings.getValue("millrace.registry.url", URI.class).getHost())
                .isEqualTo("127.0.0.1");
        assertThat(Topics.poolPartitions(settings.getValue("millrace.pools", String.class)))
                .isEqualTo(Map.of("default", 0));
        assertThat(ServiceClock.parse(settings.getValue("millrace.clock", String.class), InstantSource.system()))
                .isEqualTo(new ServiceClock.Wall(InstantSource.system()));
    }

    /** Those that must have a value, as the configuration names an interface's methods. */
    private static Set<String> names(String prefix, Class<?> group, Class<?> root) {
        Set<String> names = new TreeSet<>();
        for (Method setting : group.getDeclaredMethods()) {
            if (setting.getReturnType() == Optional.class) {
                continue;
            }
            String name = prefix + "."
                    + setting.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            names.addAll(
                    setting.getReturnType().getEnclosingClass() == root
                            ? names(name, setting.getReturnType(), root)
                            : Set.of(name));
        }
        return names;
    }

    @Test
    void shouldAdoptAPolicyThatIsThereAndListenOnThisMachineOnly() {
        Path root = Path.of(System.getProperty("millrace.root", "."));
        assertThat(root.resolve(settings.getValue("millrace.policy-file", String.class)))
                .isRegularFile();
        assertThat(settings.getValue("quarkus.http.host", String.class)).isEqualTo("127.0.0.1");
        assertThat(settings.getValue("quarkus.http.port", Integer.class)).isEqualTo(18090);
        assertThat(settings.getValue("kafka.bootstrap.servers", String.class)).isEqualTo("127.0.0.1:19092");
        assertThat(settings.getValue("quarkus.kafka-streams.bootstrap-servers", String.class))
                .isEqualTo("127.0.0.1:19092");
        assertThat(settings.getValue("kafka-streams.state.dir", String.class)).isEqualTo("/tmp/millrace-state");
        assertThat(settings.getValue("kafka-streams.main.consumer.group.instance.id", String.class))
                .isEqualTo("scheduler-0");
    }

    /** It starts only once these are there. */
    @Test
    void shouldWaitForEveryTopicOfItsTopology() {
        Set<String> topics = new TreeSet<>();
        TopologyDescription topology = SchedulerTopology.build(
                        Map.of("default", 0),
                        new ServiceClock.Wall(() -> Instant.EPOCH),
                        new RecordedSchemas(),
                        (pool, state, offset, hash) -> {})
                .describe();
        for (TopologyDescription.Subtopology part : topology.subtopologies()) {
            for (TopologyDescription.Node node : part.nodes()) {
                if (node instanceof TopologyDescription.Source source) {
                    topics.addAll(source.topicSet());
                } else if (node instanceof TopologyDescription.Sink sink && sink.topic() != null) {
                    topics.add(sink.topic());
                }
            }
        }
        topics.removeIf(topic -> topic.endsWith("-repartition"));
        List<String> awaited = List.of(settings.getValue("quarkus.kafka-streams.topics", String[].class));
        assertThat(awaited).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(topics);
    }
}
