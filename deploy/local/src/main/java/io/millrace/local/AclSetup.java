package io.millrace.local;

import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Permits each principal what {@link Topics} says of it, and takes back what it says no longer; repeating it changes
 * nothing. What isn't permitted here is refused: topics need nothing that forbids.
 */
public final class AclSetup {

    private static final String ANY_HOST = "*";
    private static final Duration SEEN_WITHIN = Duration.ofSeconds(30);

    private AclSetup() {}

    /** Returns when the broker goes by it. */
    public static void apply(Admin admin) {
        Set<AclBinding> wanted = wanted();
        try {
            Set<AclBinding> present = present(admin);
            List<AclBinding> missing =
                    wanted.stream().filter(acl -> !present.contains(acl)).toList();
            List<AclBindingFilter> obsolete = present.stream()
                    .filter(acl -> !wanted.contains(acl))
                    .map(AclBinding::toFilter)
                    .toList();
            if (!missing.isEmpty()) {
                admin.createAcls(missing).all().get();
            }
            if (!obsolete.isEmpty()) {
                admin.deleteAcls(obsolete).all().get();
            }
            // The controller has them; the broker learns of them a moment later.
            long deadline = System.nanoTime() + SEEN_WITHIN.toNanos();
            while ((!missing.isEmpty() || !obsolete.isEmpty())
                    && !present(admin).equals(wanted)) {
                if (System.nanoTime() > deadline) {
                    throw new StackException("the broker does not take over its permissions");
                }
                Thread.sleep(5);
            }
        } catch (ExecutionException e) {
            throw new StackException("can't set the permissions: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the permissions were set", e);
        }
    }

    /** Those of Millrace's principals; what others may is none of its business. */
    private static Set<AclBinding> present(Admin admin) throws ExecutionException, InterruptedException {
        Set<String> ours = Stream.of(Principal.values()).map(AclSetup::named).collect(Collectors.toSet());
        Collection<AclBinding> all =
                admin.describeAcls(AclBindingFilter.ANY).values().get();
        return all.stream()
                .filter(acl -> ours.contains(acl.entry().principal()))
                .collect(Collectors.toSet());
    }

    static Set<AclBinding> wanted() {
        Set<AclBinding> wanted = new HashSet<>();
        for (Topic<?> topic : Topics.ALL) {
            topic.writers().forEach(writer -> permit(wanted, writer, topic(topic.name()), AclOperation.WRITE));
            topic.readers().forEach(reader -> permit(wanted, reader, topic(topic.name()), AclOperation.READ));
            String deadLetters = topic.deadLetterTopic();
            topic.readers().stream()
                    .filter(Principal::isService)
                    .forEach(reader -> permit(wanted, reader, topic(deadLetters), AclOperation.WRITE));
            for (Principal reader : Principal.values()) {
                permit(wanted, reader, topic(deadLetters), AclOperation.READ);
            }
        }
        for (Principal principal : Principal.values()) {
            own(wanted, principal);
        }
        return wanted;
    }

    /** What a principal has for itself: groups, transactional ids, and a service the topics of its topology. */
    private static void own(Set<AclBinding> wanted, Principal principal) {
        String name = principal.userName();
        String prefix = name + "-";
        permit(
                wanted,
                principal,
                new ResourcePattern(ResourceType.GROUP, name, PatternType.LITERAL),
                AclOperation.READ);
        permit(
                wanted,
                principal,
                new ResourcePattern(ResourceType.GROUP, prefix, PatternType.PREFIXED),
                AclOperation.READ);
        permit(
                wanted,
                principal,
                new ResourcePattern(ResourceType.TRANSACTIONAL_ID, prefix, PatternType.PREFIXED),
                AclOperation.WRITE);
        if (principal.isService()) {
            ResourcePattern internal = new ResourcePattern(ResourceType.TOPIC, prefix, PatternType.PREFIXED);
            // Changelogs and repartition topics: Kafka Streams makes, checks and clears them.
            for (AclOperation operation : List.of(
                    AclOperation.CREATE,
                    AclOperation.READ,
                    AclOperation.WRITE,
                    AclOperation.DELETE,
                    AclOperation.DESCRIBE_CONFIGS)) {
                permit(wanted, principal, internal, operation);
            }
        }
    }

    private static ResourcePattern topic(String name) {
        return new ResourcePattern(ResourceType.TOPIC, name, PatternType.LITERAL);
    }

    /** Reading and writing include describing; writing any topic includes idempotence. */
    private static void permit(
            Set<AclBinding> wanted, Principal principal, ResourcePattern resource, AclOperation operation) {
        wanted.add(new AclBinding(
                resource, new AccessControlEntry(named(principal), ANY_HOST, operation, AclPermissionType.ALLOW)));
    }

    private static String named(Principal principal) {
        return "User:" + principal.userName();
    }
}
