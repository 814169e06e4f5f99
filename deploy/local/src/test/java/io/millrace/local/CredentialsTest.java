package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.streams.Topic.Principal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {

    @TempDir
    private Path folder;

    private String password(String user) throws IOException {
        return Files.readString(folder.resolve("credentials").resolve(user)).strip();
    }

    @Test
    void shouldMakeOneForEachUserThatOnlyItsOwnerCanRead() throws IOException {
        Credentials made = Credentials.in(folder.resolve("credentials"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("credentials"))))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(folder.resolve("credentials"))) {
            List<Path> all = files.sorted().toList();
            assertThat(all)
                    .extracting(file -> file.getFileName().toString())
                    .containsExactly(
                            "agents",
                            "cost",
                            "governance",
                            "monitor",
                            "operator",
                            "scheduler",
                            "simulator",
                            "tracker",
                            "users");
            for (Path file : all) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
                assertThat(Files.readString(file)).matches("[A-Za-z0-9_-]{43}\n");
            }
        }
        assertThat(made.passwords().values()).doesNotHaveDuplicates();
        assertThat(made.toString()).doesNotContain(made.passwords().values());
    }

    @Test
    void shouldKeepThoseThatAreThere() throws IOException {
        Credentials.in(folder.resolve("credentials"));
        String users = password("users");
        String agents = password("agents");
        Files.delete(folder.resolve("credentials/agents"));
        Credentials again = Credentials.in(folder.resolve("credentials"));
        assertThat(password("users")).isEqualTo(users);
        assertThat(password("agents")).isNotEqualTo(agents);
        assertThat(again.passwords()).containsEntry("users", users).containsEntry("agents", password("agents"));
    }

    @Test
    void shouldCloseAFolderThatWasOpenToOthers() throws IOException {
        Path open = Files.createDirectories(folder.resolve("credentials"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        Credentials.in(open);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open)))
                .isEqualTo("rwx------");
    }

    @Test
    void shouldSayWhatIsWrongWithAPasswordThatIsNone() throws IOException {
        Credentials.in(folder);
        Files.writeString(folder.resolve("users"), "with \"quotes\"");
        assertThatThrownBy(() -> Credentials.in(folder))
                .isInstanceOf(StackException.class)
                .hasMessage(folder.resolve("users") + " must hold one line of at least 16 letters, digits and -_.~;"
                        + " remove the file to have a new one made");
        Files.delete(folder.resolve("users"));
        assertThatThrownBy(() -> Credentials.read(folder))
                .isInstanceOf(StackException.class)
                .hasMessageStartingWith("can't read the credentials of users: ");
    }

    /** A folder of a broker that asked nobody, and then one whose passwords are changed. */
    @Test
    void shouldTellABrokerOfPasswordsThatItDidNotBeginWith() throws Exception {
        Path data = folder.resolve("broker");
        try (EmbeddedBroker before = EmbeddedBroker.start(data, 0, false, BrokerAccess.open());
                Admin admin = Admin.create(before.operator())) {
            admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1)))
                    .all()
                    .get();
        }
        Map<String, Object> old;
        try (EmbeddedBroker upgraded = start(data)) {
            upgraded.setUp();
            old = upgraded.client(Principal.USERS);
            send(old);
            try (Admin admin = Admin.create(upgraded.operator())) {
                assertThat(admin.listTopics().names().get()).contains("kept", "job-events");
            }
        }
        Files.delete(folder.resolve("credentials/users"));
        try (EmbeddedBroker changed = start(data)) {
            send(changed.client(Principal.USERS));
            send(changed.client(Principal.AGENTS));
            old.put("bootstrap.servers", changed.bootstrapServers());
            assertThatThrownBy(() -> send(old)).hasRootCauseInstanceOf(SaslAuthenticationException.class);
        }
    }

    private EmbeddedBroker start(Path data) {
        return EmbeddedBroker.start(
                data, 0, false, BrokerAccess.guarded(Credentials.in(folder.resolve("credentials")), null));
    }

    private static void send(Map<String, Object> client) throws ExecutionException, InterruptedException {
        try (var producer = new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("job-events", "x")).get();
        }
    }
}
