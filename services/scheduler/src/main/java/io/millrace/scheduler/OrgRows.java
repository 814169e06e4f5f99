package io.millrace.scheduler;

import io.millrace.access.Authority;
import io.millrace.events.org.OrgEvent;
import io.millrace.events.org.TeamDefined;
import io.millrace.events.org.UserDefined;
import io.millrace.scheduler.codec.MemberCodec;
import io.millrace.scheduler.domain.Member;
import io.millrace.streams.UndecodableException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was said last of each team and user, and to which pools. */
public final class OrgRows {

    private record Row(Member member, List<String> pools) {}

    private final Map<String, Row> rows = new TreeMap<>();
    private final Map<String, Member> deployed = new HashMap<>();

    /** In the order of the topic. What makes no sense was never taken in: gather makes it a dead letter. */
    void take(String key, OrgEvent event) {
        List<String> pools = switch (event.getPayload()) {
            case TeamDefined team -> team.getPools();
            case UserDefined user -> user.getPools();
            default -> List.of();
        };
        Member member;
        try {
            member = MemberCodec.checked(event);
        } catch (IllegalArgumentException | UndecodableException e) {
            return;
        }
        if (key.equals(MemberCodec.key(member))) {
            rows.put(key, new Row(member, pools));
            if (event.getActor().equals(Authority.DEPLOYMENT.actor())) {
                deployed.put(key, member);
            }
        }
    }

    /** Of these members those of whom something else is in force. */
    public List<Member> changed(List<Member> members) {
        return members.stream()
                .filter(member -> {
                    Row row = rows.get(MemberCodec.key(member));
                    return row == null || !row.member().equals(member);
                })
                .toList();
    }

    /**
     * What the deployment has to say at a start: what changed in its file since it last said it, so that a restart undoes
     * nothing that was said by others meanwhile; and to a pool that came since, what is in force.
     */
    List<Member> due(List<Member> file, List<String> pools) {
        Map<String, Member> due = new LinkedHashMap<>();
        for (Member member : file) {
            if (!member.equals(deployed.get(MemberCodec.key(member)))) {
                due.put(MemberCodec.key(member), member);
            }
        }
        rows.forEach((key, row) -> {
            if (!row.pools().containsAll(pools)) {
                due.putIfAbsent(key, row.member());
            }
        });
        return List.copyOf(due.values());
    }
}
