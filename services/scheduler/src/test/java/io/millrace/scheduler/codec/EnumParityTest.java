package io.millrace.scheduler.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.decision.EndState;
import io.millrace.events.decision.RejectionCode;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.reason.PendingReason;
import io.millrace.scheduler.domain.Attempt;
import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.PoolEvent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
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
                Arguments.of(Attempt.StopCause.class, StopRequestCause.class),
                Arguments.of(io.millrace.scheduler.domain.PendingReason.class, PendingReason.class));
    }

    @ParameterizedTest
    @MethodSource("published")
    void shouldPublishEveryWordUnderItsName(Class<? extends Enum<?>> own, Class<? extends Enum<?>> published) {
        List<String> known = names(published);
        assertThat(known).containsAll(names(own)).contains("UNKNOWN");
    }

    private static List<String> names(Class<? extends Enum<?>> words) {
        return Arrays.stream(words.getEnumConstants()).map(Enum::name).toList();
    }
}
