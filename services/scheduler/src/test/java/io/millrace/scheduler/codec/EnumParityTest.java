package io.millrace.scheduler.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.decision.EndState;
import io.millrace.events.decision.PreemptionCause;
import io.millrace.events.decision.RejectionCode;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.decision.RevisionCause;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.reason.PendingReason;
import io.millrace.scheduler.domain.Attempt;
import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.JobType;
import io.millrace.scheduler.domain.PoolEvent;
import io.millrace.scheduler.domain.Promise;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Words of the pool that are published by their name: readers must know each of them, and the one they don't know. */
class EnumParityTest {

    static Stream<Arguments> published() {
        return Stream.of(
                Arguments.of(Job.EndState.class, EndState.class),
                Arguments.of(PoolEvent.RejectionCode.class, RejectionCode.class),
                Arguments.of(PoolEvent.RequeueCause.class, RequeueCause.class),
                Arguments.of(PoolEvent.PreemptionCause.class, PreemptionCause.class),
                Arguments.of(Promise.RevisionCause.class, RevisionCause.class),
                Arguments.of(JobType.class, io.millrace.events.decision.JobType.class),
                Arguments.of(JobType.class, io.millrace.events.org.JobType.class),
                Arguments.of(io.millrace.scheduler.domain.PendingReason.class, PendingReason.class));
    }

    @ParameterizedTest
    @MethodSource("published")
    void shouldPublishEveryWordUnderItsName(Class<? extends Enum<?>> own, Class<? extends Enum<?>> published) {
        List<String> known = names(published);
        assertThat(known).containsAll(names(own)).contains("UNKNOWN");
    }

    /** A preemption is an event of its own. */
    @Test
    void shouldPublishEveryCauseOfAStopButPreemption() {
        assertThat(Stream.concat(names(StopRequestCause.class).stream(), Stream.of("PREEMPTED")))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(Stream.of("UNKNOWN"), names(Attempt.StopCause.class).stream())
                                .toList());
    }

    /** What is read must be a word of the pool, or the one word for what nobody knows. */
    @ParameterizedTest
    @MethodSource("read")
    void shouldKnowEveryWordThatIsRead(Class<? extends Enum<?>> own, Class<? extends Enum<?>> read) {
        assertThat(names(read))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(Stream.of("UNKNOWN"), names(own).stream()).toList());
    }

    static Stream<Arguments> read() {
        return Stream.of(
                Arguments.of(JobType.class, io.millrace.events.job.JobType.class),
                Arguments.of(JobType.class, io.millrace.events.org.JobType.class));
    }

    private static List<String> names(Class<? extends Enum<?>> words) {
        return Arrays.stream(words.getEnumConstants()).map(Enum::name).toList();
    }
}
