package io.millrace.tracker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tracker.artifacts.ArtifactPath;
import io.millrace.tracker.artifacts.FolderArtifacts;
import io.millrace.tracker.artifacts.S3Artifacts;
import io.millrace.tracker.store.Database;
import io.millrace.tracker.store.DatabaseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is set wrongly is said when the tracker starts, with what to set. */
class TrackerSettingsTest {

    private static final Map<String, String> SOMEBODY =
            Map.of("aws.accessKeyId", "somebody", "aws.secretAccessKey", "anything", "aws.disableEc2Metadata", "true");

    @TempDir
    private Path folder;

    @BeforeAll
    static void beSomebody() {
        SOMEBODY.forEach(System::setProperty);
    }

    @AfterAll
    static void beNobody() {
        SOMEBODY.keySet().forEach(System::clearProperty);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "tracker", "jdbc:mysql://localhost/tracker?password=secret", "postgresql://localhost/x"})
    void shouldSayWhichDatabasesThereAre(String url) {
        assertThatThrownBy(() -> Database.open(new Database.Place(url, null, null, 2), "log"))
                .isInstanceOf(DatabaseException.class)
                .hasMessageStartingWith("millrace.tracker.database.url is '")
                .hasMessageEndingWith("it has to be jdbc:h2:file:PATH or jdbc:postgresql://HOST:PORT/NAME")
                .hasMessageNotContaining("secret");
    }

    @Test
    void shouldSayWhereTheDatabaseIsThatIsNotOpened() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        String url = "jdbc:h2:file:" + file.resolve("tracker");
        assertThatThrownBy(() -> Database.open(new Database.Place(url, null, null, 2), "log"))
                .isInstanceOf(DatabaseException.class)
                .hasMessageStartingWith("can't open the database " + url + ": ")
                .hasMessageEndingWith(
                        "millrace.tracker.database.url, .user and .password say where it is and who asks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://", "s3:///runs", "s3://bucket?x", "s3:bucket"})
    void shouldSayHowABucketIsNamed(String place) {
        assertThatThrownBy(() -> new S3Artifacts(place, null, "us-east-1", folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("millrace.tracker.artifacts.place is '" + place
                        + "': it has to be s3://BUCKET/PREFIX, or a folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:9000", "ftp://localhost", "/s3"})
    void shouldSayHowAnEndpointIsNamed(String endpoint) {
        assertThatThrownBy(() -> new S3Artifacts("s3://bucket", URI.create(endpoint), "us-east-1", folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("millrace.tracker.artifacts.endpoint is '" + endpoint + "'");
    }

    @Test
    void shouldSayThatAFolderCanNotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        assertThatThrownBy(() -> new FolderArtifacts(file.resolve("artifacts")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("no artifacts can be kept in " + file.resolve("artifacts"))
                .hasMessageEndingWith("millrace.tracker.artifacts.place names a folder that can be written");
    }

    @Test
    void shouldSayWhoseS3DidNotAnswer() throws IOException {
        try (S3Artifacts nobody =
                new S3Artifacts("s3://bucket/runs", URI.create("http://127.0.0.1:1"), "us-east-1", folder)) {
            assertThatThrownBy(() -> nobody.list(ArtifactPath.of("0")))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("S3 did not list s3://bucket/runs/0: ")
                    .hasMessageEndingWith("say where it is, AWS_* who asks");
        }
    }
}
