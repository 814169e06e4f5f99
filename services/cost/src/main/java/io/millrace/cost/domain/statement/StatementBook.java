package io.millrace.cost.domain.statement;

import io.millrace.cost.domain.ledger.Amount;
import io.millrace.cost.domain.ledger.CostEvent;
import io.millrace.cost.domain.ledger.Holder;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What statements are made from. A statement follows from the set of what became known until its instant, so the same one
 * comes out whenever it is asked for and in whatever order things were heard of. Not thread safe.
 */
public final class StatementBook {

    private static final int PER_PREDICTIONS = 1_000;

    private static final Comparator<StatementInput.JobTagged> ORDER =
            Comparator.comparingLong(StatementInput.JobTagged::at).thenComparing(StatementInput.JobTagged::eventId);

    /** Sums of a row that is being made. */
    private static final class Sums {
        private Amount accrued = Amount.ZERO;
        private Amount corrected = Amount.ZERO;

        void add(CostEvent event) {
            switch (event) {
                case CostEvent.CostAccrued said -> accrued = accrued.plus(said.amount());
                case CostEvent.CostCorrected said -> corrected = corrected.plus(said.amount());
            }
        }

        Statement.Row row(Statement.Kind kind, Charge charge) {
            Amount all = accrued.plus(corrected);
            return new Statement.Row(
                    kind, charge, all.gpuMs(), all.unpricedGpuMs(), accrued.micros(), corrected.micros());
        }
    }

    private final Set<String> seen = new HashSet<>();
    private final List<CostEvent> costs = new ArrayList<>();
    private final Map<String, TreeSet<StatementInput.JobTagged>> tags = new TreeMap<>();
    private final List<StatementInput.PredictionsCounted> predictions = new ArrayList<>();

    /** Takes what became known; what is known changes nothing. */
    public void take(StatementInput input) {
        switch (input) {
            case StatementInput.CostSaid(CostEvent event) -> {
                if (seen.add("cost/" + event.id())) {
                    costs.add(event);
                }
            }
            case StatementInput.JobTagged tagged ->
                tags.computeIfAbsent(tagged.charge().job(), job -> new TreeSet<>(ORDER))
                        .add(tagged);
            case StatementInput.PredictionsCounted counted -> {
                if (seen.add("predictions/" + counted.eventId())) {
                    predictions.add(counted);
                }
            }
        }
    }

    /** What a period cost, as far as was known at an instant. */
    public Statement statement(Period period, long asOf) {
        TreeMap<Charge, Sums> jobs = new TreeMap<>();
        Sums idle = new Sums();
        boolean anyIdle = false;
        for (CostEvent event : costs) {
            if (!period.covers(event.of().hour()) || event.at() > asOf) {
                continue;
            }
            switch (event.of().holder()) {
                case Holder.Job(String job) ->
                    jobs.computeIfAbsent(charge(job, asOf), charge -> new Sums())
                            .add(event);
                case Holder.Idle() -> {
                    idle.add(event);
                    anyIdle = true;
                }
            }
        }
        List<Statement.Row> rows = new ArrayList<>();
        jobs.forEach((charge, sums) ->
                rows.add(sums.row(charge.untagged() ? Statement.Kind.UNTAGGED : Statement.Kind.CHARGED, charge)));
        if (anyIdle) {
            rows.add(idle.row(Statement.Kind.IDLE, Charge.untagged("")));
        }
        rows.sort(Comparator.comparing(Statement.Row::kind).thenComparing(Statement.Row::charge));
        return new Statement(period, asOf, rows);
    }

    private Charge charge(String job, long asOf) {
        Charge charge = Charge.untagged(job);
        for (StatementInput.JobTagged tagged : tags.getOrDefault(job, new TreeSet<>(ORDER))) {
            if (tagged.at() <= asOf) {
                charge = tagged.charge();
            }
        }
        return charge;
    }

    /** What a team's week cost after the week before. */
    public Change weekOverWeek(String team, LocalDate first, long asOf) {
        return change(team, Period.ofWeek(first.minusWeeks(1)), Period.ofWeek(first), asOf);
    }

    /** What a team's month cost after the month before. */
    public Change monthOverMonth(String team, YearMonth month, long asOf) {
        return change(team, Period.ofMonth(month.minusMonths(1)), Period.ofMonth(month), asOf);
    }

    private Change change(String team, Period before, Period period, long asOf) {
        return new Change(
                statement(before, asOf).ofTeam(team).micros(),
                statement(period, asOf).ofTeam(team).micros());
    }

    /** What 1,000 answers of a model version cost in a period, in micro-dollars, rounded half up; empty without answers. */
    public OptionalLong per1000Predictions(String modelVersion, Period period, long asOf) {
        long micros = 0;
        for (Statement.Row row : statement(period, asOf).rows()) {
            if (row.charge().modelVersion().equals(modelVersion)) {
                micros = Math.addExact(micros, row.micros());
            }
        }
        long count = predictions.stream()
                .filter(counted -> counted.modelVersion().equals(modelVersion)
                        && period.covers(counted.hour())
                        && counted.at() <= asOf)
                .mapToLong(StatementInput.PredictionsCounted::count)
                .reduce(0, Math::addExact);
        return count == 0
                ? OptionalLong.empty()
                : OptionalLong.of(BigInteger.valueOf(micros)
                        .multiply(BigInteger.valueOf(PER_PREDICTIONS))
                        .add(BigInteger.valueOf(count / 2))
                        .divide(BigInteger.valueOf(count))
                        .longValueExact());
    }
}
