package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.SchedulingPolicy.FULL_WEIGHT;
import static io.millrace.scheduler.domain.UsageAccount.HALF_LIFE_MS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class UsageAccountTest {

    private static final long T = 1_700_000_000_000L;
    private static final long HOUR = 3_600_000;

    /** 1e-9, as a percentage. */
    private static final double TIGHT = 1e-7;

    private static UsageAccount ran(UsageAccount account, int gpus, long from, long to) {
        return account.started(gpus, FULL_WEIGHT, from).ended(gpus, FULL_WEIGHT, to, gpus * (to - from));
    }

    @Test
    void shouldHalveWithEachHalfLife() {
        UsageAccount account = ran(UsageAccount.EMPTY, 8, T, T + HOUR);
        double atEnd = account.decayedGpuSeconds(T + HOUR);
        for (long after : new long[] {1, HOUR, HALF_LIFE_MS, 10 * HALF_LIFE_MS + 17}) {
            assertThat(account.decayedGpuSeconds(T + HOUR + after))
                    .isCloseTo(atEnd * Math.pow(2, -(double) after / HALF_LIFE_MS), withPercentage(TIGHT));
        }
        assertThat(account.gpuMs()).isEqualTo(8 * HOUR);
        assertThat(account.runningGpus()).isZero();
    }

    @Test
    void shouldBeAlmostTheGpuTimeWhenThatIsShort() {
        UsageAccount account = ran(UsageAccount.EMPTY, 8, T, T + 60_000);
        assertThat(account.decayedGpuSeconds(T + 60_000)).isCloseTo(480, within(0.05));
    }

    @Test
    void shouldAccrueWhileAttemptsRunAsTheIntegralSays() {
        UsageAccount account = UsageAccount.EMPTY
                .started(8, FULL_WEIGHT, T)
                .started(3, FULL_WEIGHT, T + 5 * HOUR)
                .ended(8, FULL_WEIGHT, T + 30 * HOUR, 8 * 30 * HOUR);
        long until = T + 200 * HOUR;
        double integral = 0;
        long step = 60_000;
        for (long from = T; from < until; from += step) {
            int running = (from < T + 30 * HOUR ? 8 : 0) + (from >= T + 5 * HOUR ? 3 : 0);
            double age = until - from - step / 2.0;
            integral += running * (step / 1000.0) * Math.pow(2, -age / HALF_LIFE_MS);
        }
        assertThat(account.decayedGpuSeconds(until)).isCloseTo(integral, withPercentage(1e-5));
        assertThat(account.runningGpus()).isEqualTo(3);
    }

    @Test
    void shouldTendToTheUsageOfGpusThatRunForever() {
        UsageAccount account = UsageAccount.EMPTY.started(4, FULL_WEIGHT, T);
        assertThat(account.decayedGpuSeconds(T + 100 * HALF_LIFE_MS))
                .isCloseTo(4 * HALF_LIFE_MS / 1000.0 / Math.log(2), withPercentage(TIGHT));
    }

    @Test
    void shouldTakeAStartBackAsIfItHadNeverBeen() {
        UsageAccount account = UsageAccount.EMPTY.started(8, FULL_WEIGHT, T).ended(8, FULL_WEIGHT, T, 0);
        assertThat(account.decayedGpuSeconds(T + HOUR)).isZero();
    }

    @Test
    void shouldPublishWhatItsReadersNeed() {
        UsageAccount account = UsageAccount.EMPTY.started(8, FULL_WEIGHT, T).movedTo(T + HOUR);
        double asPublished = HALF_LIFE_MS / 1000.0 / Math.log(2) * account.runningGpus()
                - account.baseGpuSeconds() * Math.pow(2, -(double) HOUR / HALF_LIFE_MS);
        assertThat(asPublished).isCloseTo(account.decayedGpuSeconds(T + 2 * HOUR), withPercentage(TIGHT));
    }

    @Test
    void shouldComeOutTheSameInWhateverOrderChangesAreTold() {
        SeededRandom random = SeededRandom.of("UsageAccountTest");
        for (int round = 0; round < 200; round++) {
            List<UnaryOperator<UsageAccount>> changes = new ArrayList<>();
            long latest = T;
            for (int attempt = 0; attempt < 30; attempt++) {
                int gpus = 1 + random.nextInt(16);
                long from = T + random.nextLong(30L * 24 * HOUR);
                long to = from + 60_000 + random.nextLong(48 * HOUR);
                latest = Math.max(latest, to);
                changes.add(account -> account.started(gpus, FULL_WEIGHT, from));
                changes.add(account -> account.ended(gpus, FULL_WEIGHT, to, gpus * (to - from)));
                changes.add(account -> account.movedTo(from + (to - from) / 2));
            }
            long until = latest + HOUR;
            UsageAccount once = apply(changes).movedTo(until);
            Collections.shuffle(changes, random);
            UsageAccount again = apply(changes).movedTo(until);
            assertThat(again.gpuMs()).isEqualTo(once.gpuMs());
            assertThat(again.runningGpus()).isZero();
            assertThat(again.decayedGpuSeconds(until)).isCloseTo(once.decayedGpuSeconds(until), withPercentage(TIGHT));
        }
    }

    private static UsageAccount apply(List<UnaryOperator<UsageAccount>> changes) {
        UsageAccount account = UsageAccount.EMPTY;
        for (UnaryOperator<UsageAccount> change : changes) {
            account = change.apply(account);
        }
        return account;
    }
}
