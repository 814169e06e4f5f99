package io.millrace.scheduler;

import io.millrace.events.org.OrgEvent;
import io.millrace.events.org.TeamDefined;
import io.millrace.events.org.UserDefined;
import io.millrace.scheduler.codec.MemberCodec;
import io.millrace.scheduler.domain.Member;
import io.millrace.streams.UndecodableException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was said last of each team and user, and to which pools. */
final class OrgRows {

    private record Row(Member member, List<String> pools) {}

    private final Map<String, Row> rows = new HashMap<>();

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
        }
    }

    /** Of these members those that are to be told of to these pools: changed ones, and all to a pool that came since. */
    List<Member> changed(List<Member> members, List<String> pools) {
        return members.stream()
                .filter(member -> {
                    Row row = rows.get(MemberCodec.key(member));
                    return row == null
                            || !row.member().equals(member)
                            || !row.pools().containsAll(pools);
                })
                .toList();
    }
}
