package io.millrace.scheduler.topology;

import io.millrace.events.poolusage.PoolUsageCounted;
import io.millrace.events.poolusage.PoolUsageEvent;
import io.millrace.events.usage.UsageEvent;
import io.millrace.events.usage.UsageMeasured;
import io.millrace.scheduler.domain.UsageAccount;
import io.millrace.stores.usage.UsageAccountRecord;
import io.millrace.stores.usage.UsageRecord;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Sums what the pools count of each user: the account of each user over all pools and of each team over all its users,
 * published whenever it changes. What a pool said last of a user is kept, and taken off when it says more.
 */
final class UsageLedger implements Processor<String, PoolUsageEvent, String, UsageEvent> {

    /** Between a sum's key and what a pool said: in no key of a topic. */
    private static final String OF_POOL = "\u0000";

    private @Nullable ProcessorContext<String, UsageEvent> context;
    private @Nullable KeyValueStore<String, UsageRecord> store;

    /** Of a record of {@code pool-usage}. */
    static String key(String team, String user, String pool) {
        return team + "/" + user + "/" + pool;
    }

    @Override
    public void init(ProcessorContext<String, UsageEvent> processorContext) {
        context = processorContext;
        store = processorContext.getStateStore(SchedulerTopology.LEDGER_STORE);
    }

    @Override
    public void process(Record<String, PoolUsageEvent> record) {
        PoolUsageCounted counted = (PoolUsageCounted) record.value().getPayload();
        UsageAccount now = new UsageAccount(
                counted.getGpuMs(),
                counted.getRunningGpus(),
                counted.getRunningWeight(),
                counted.getDecayBase(),
                counted.getAsOf());
        String said = OF_POOL + record.key();
        UsageAccount before = account(said);
        keep(said, now);
        add(record, counted.getTeam(), counted.getTeam(), null, before, now);
        add(record, counted.getTeam() + "/" + counted.getUser(), counted.getTeam(), counted.getUser(), before, now);
    }

    private void add(
            Record<String, PoolUsageEvent> record,
            String key,
            String team,
            @Nullable String user,
            UsageAccount before,
            UsageAccount now) {
        UsageAccount sum = account(key).minus(before).plus(now);
        keep(key, sum);
        context()
                .forward(record.withKey(key)
                        .withValue(event(key, team, user, sum))
                        .withTimestamp(sum.asOf()));
    }

    private UsageAccount account(String key) {
        UsageRecord stored = store().get(key);
        return stored == null || !(stored.getContent() instanceof UsageAccountRecord account)
                ? UsageAccount.EMPTY
                : new UsageAccount(
                        account.getGpuMs(),
                        account.getRunningGpus(),
                        account.getRunningWeight(),
                        account.getBase(),
                        account.getAsOf());
    }

    private void keep(String key, UsageAccount account) {
        store().put(
                        key,
                        new UsageRecord(new UsageAccountRecord(
                                account.gpuMs(),
                                account.runningGpus(),
                                account.base(),
                                account.asOf(),
                                account.runningWeight())));
    }

    private UsageEvent event(String key, String team, @Nullable String user, UsageAccount account) {
        return new UsageEvent(
                key + "@" + position(),
                Instant.ofEpochMilli(account.asOf()),
                PoolGathering.ACTOR,
                new UsageMeasured(
                        team,
                        user,
                        account.gpuMs(),
                        account.runningGpus(),
                        account.decayedGpuSeconds(account.asOf()),
                        UsageAccount.HALF_LIFE_MS,
                        account.baseGpuSeconds(),
                        account.runningWeight()));
    }

    private String position() {
        return context()
                .recordMetadata()
                .map(metadata -> metadata.partition() + "/" + metadata.offset())
                .orElse("");
    }

    private ProcessorContext<String, UsageEvent> context() {
        if (context == null) {
            throw new IllegalStateException("not initialised");
        }
        return context;
    }

    private KeyValueStore<String, UsageRecord> store() {
        if (store == null) {
            throw new IllegalStateException("not initialised");
        }
        return store;
    }
}
