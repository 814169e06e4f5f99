package io.millrace.scheduler.topology;

import io.millrace.events.usage.UsageEvent;
import io.millrace.events.usage.UsageMeasured;
import io.millrace.scheduler.domain.SchedulingPolicy;
import io.millrace.scheduler.domain.UsageAccount;
import io.millrace.stores.usage.UsageAccountRecord;
import io.millrace.stores.usage.UsageChange;
import io.millrace.stores.usage.UsageRecord;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Keeps the account of each team and user, and publishes it whenever it changes. */
final class UsageLedger implements Processor<String, UsageRecord, String, UsageEvent> {

    private @Nullable ProcessorContext<String, UsageEvent> context;
    private @Nullable KeyValueStore<String, UsageRecord> store;

    @Override
    public void init(ProcessorContext<String, UsageEvent> processorContext) {
        context = processorContext;
        store = processorContext.getStateStore(SchedulerTopology.LEDGER_STORE);
    }

    @Override
    public void process(Record<String, UsageRecord> record) {
        if (context == null || store == null) {
            throw new IllegalStateException("not initialised");
        }
        UsageChange change = (UsageChange) record.value().getContent();
        UsageAccount account = changed(account(store.get(record.key())), change);
        store.put(
                record.key(),
                new UsageRecord(new UsageAccountRecord(
                        account.gpuMs(),
                        account.runningGpus(),
                        account.base(),
                        account.asOf(),
                        account.runningWeight())));
        context.forward(record.withValue(event(record.key(), change, account)).withTimestamp(account.asOf()));
    }

    private static UsageAccount account(@Nullable UsageRecord stored) {
        if (stored == null || !(stored.getContent() instanceof UsageAccountRecord account)) {
            return UsageAccount.EMPTY;
        }
        Long weight = account.getRunningWeight();
        return new UsageAccount(
                account.getGpuMs(),
                account.getRunningGpus(),
                weight == null ? account.getRunningGpus() * SchedulingPolicy.FULL_WEIGHT : weight,
                account.getBase(),
                account.getAsOf());
    }

    private static UsageAccount changed(UsageAccount account, UsageChange change) {
        return switch (change.getKind()) {
            case STARTED -> account.started(change.getGpus(), change.getWeight(), change.getAt());
            case ENDED -> account.ended(change.getGpus(), change.getWeight(), change.getAt(), change.getGpuMs());
            case STILL_RUNNING -> account.movedTo(change.getAt());
        };
    }

    private String offset() {
        return context == null
                ? ""
                : context.recordMetadata()
                        .map(metadata -> metadata.partition() + "/" + metadata.offset())
                        .orElse("");
    }

    private UsageEvent event(String key, UsageChange change, UsageAccount account) {
        return new UsageEvent(
                key + "@" + offset(),
                Instant.ofEpochMilli(account.asOf()),
                "service:scheduler",
                new UsageMeasured(
                        change.getTeam(),
                        change.getUser(),
                        account.gpuMs(),
                        account.runningGpus(),
                        account.decayedGpuSeconds(account.asOf()),
                        UsageAccount.HALF_LIFE_MS,
                        account.baseGpuSeconds(),
                        account.runningWeight()));
    }
}
