package io.millrace.tracker.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.access.Authority;
import io.millrace.access.NotStoredException;
import io.millrace.streams.Topic.Principal;
import io.millrace.testkit.TestBroker;
import io.millrace.tracker.domain.registry.Decision;
import io.millrace.tracker.domain.registry.ModelCommand;
import io.millrace.tracker.domain.registry.ModelVersion;
import io.millrace.tracker.domain.registry.RegistryEntry;
import io.millrace.tracker.store.Database;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelBookTest {

    private final TestBroker broker = TestBroker.shared();
    private final String name = "model-" + UUID.randomUUID();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final LogDoor door = open(new LogDoor(broker.client(Principal.TRACKER), broker.registry()));
    private final Database database = database();
    private final ModelBook book = new ModelBook(database, door, InstantSource.system());

    private <T extends AutoCloseable> T open(T one) {
        opened.addFirst(one);
        return one;
    }

    private Database database() {
        return open(Database.open(new Database.Place("jdbc:h2:mem:" + UUID.randomUUID(), null, null, 8), "log"));
    }

    private LogFollower follow(Database tables) {
        return open(new LogFollower(
                broker.client(Principal.TRACKER), broker.registry(), tables, door, List.of(new ModelRows())));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
    }

    private Decision say(ModelBook to, ModelCommand command) {
        return to.change(new Authority("user:ada", "token"), name, command, registry -> true)
                .decision();
    }

    private static ModelCommand version(@Nullable String runId) {
        return new ModelCommand.RegisterVersion("place", runId, null, "", Map.of());
    }

    private List<RegistryEntry> history(ModelBook of) {
        return of.look(registry -> registry.history(name));
    }

    private void awaitUpToDate(LogFollower follower) {
        Awaitility.await().until(() -> follower.progress().caughtUp());
    }

    @Test
    void shouldSeeAtOnceWhatItDid() {
        LogFollower follower = follow(database);
        awaitUpToDate(follower);
        say(book, new ModelCommand.RegisterModel("", Map.of()));
        for (int i = 1; i <= 20; i++) {
            Integer number = book.change(
                            new Authority("user:ada", "token"),
                            name,
                            version("run" + i),
                            registry -> registry.model(name).orElseThrow().lastVersion())
                    .answer();
            assertThat(number).isEqualTo(i);
        }
        assertThat(say(book, new ModelCommand.SetAlias("champion", 21))).isInstanceOf(Decision.Refused.class);
        assertThat(history(book)).hasSize(21).allMatch(entry -> entry.actor().equals("user:ada"));
    }

    @Test
    void shouldComeOutTheSameFromTheLog() {
        LogFollower follower = follow(database);
        awaitUpToDate(follower);
        say(book, new ModelCommand.RegisterModel("d", Map.of("a", "b")));
        say(book, version("run"));
        say(book, new ModelCommand.SetAlias("champion", 1));
        Database other = database();
        awaitUpToDate(follow(other));
        ModelBook rebuilt = new ModelBook(other, door, InstantSource.system());
        assertThat(history(rebuilt)).isEqualTo(history(book)).hasSize(3);
    }

    @Test
    void shouldNumberVersionsOnceWhoeverRegistersThem() throws Exception {
        awaitUpToDate(follow(database));
        ModelBook second = new ModelBook(database, door, InstantSource.system());
        say(book, new ModelCommand.RegisterModel("", Map.of()));
        try (ExecutorService callers = Executors.newFixedThreadPool(6)) {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                ModelBook one = i % 2 == 0 ? book : second;
                calls.add(callers.submit(() -> say(one, version(null))));
                calls.add(callers.submit(() -> history(one)));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        }
        for (ModelBook one : List.of(book, second)) {
            List<Integer> numbers = one.look(registry -> registry.model(name).orElseThrow().versions().stream()
                    .map(ModelVersion::number)
                    .toList());
            assertThat(numbers).hasSize(30).isSorted().endsWith(30);
        }
        assertThat(history(second)).isEqualTo(history(book));
    }

    @Test
    void shouldTakeInAfterwardsWhatItDidNotKnowOf() {
        LogFollower follower = follow(database);
        awaitUpToDate(follower);
        follower.close();
        say(book, new ModelCommand.RegisterModel("", Map.of()));
        say(book, version("run"));
        // What another one wrote, which nobody knows of here until the log is read.
        Database elsewhere = database();
        awaitUpToDate(follow(elsewhere));
        ModelBook other = new ModelBook(elsewhere, door, InstantSource.system());
        say(other, version("other"));
        // It is decided without that, so nobody knows here what becomes of it; the log does.
        assertThatExceptionOfType(NotStoredException.class).isThrownBy(() -> say(book, version("lost")));
        awaitUpToDate(follow(database));
        assertThat(history(book)).hasSize(3);
        assertThat(say(book, version("third"))).isInstanceOf(Decision.Accepted.class);
    }
}
