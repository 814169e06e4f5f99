package io.millrace.scheduler.codec;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.scheduler.domain.JobType;
import io.millrace.scheduler.domain.Member;
import io.millrace.service.YamlText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What an organisation says of its teams and users as text: the YAML of {@code policies/org.yaml}. */
public final class OrgDocument {

    private OrgDocument() {}

    private record Document(
            @Nullable Map<String, @Nullable TeamRow> teams,
            @Nullable Map<String, @Nullable UserRow> users) {}

    private record TeamRow(
            @Nullable Integer shares,
            @Nullable Integer base,
            @JsonProperty("job_types") @Nullable List<@Nullable String> jobTypes,
            @Nullable Boolean deadlines) {
        static final TeamRow EMPTY = new TeamRow(null, null, null, null);
    }

    private record UserRow(
            @Nullable Integer shares,
            @JsonProperty("seniority_years") @Nullable Integer seniorityYears) {
        static final UserRow EMPTY = new UserRow(null, null);
    }

    /**
     * Teams, then users, each in ascending order of name.
     *
     * @throws IllegalArgumentException when the text can't be read or makes no sense; says where and why
     */
    public static List<Member> parse(String text) {
        Document document = YamlText.read("organisation file", text, Document.class);
        List<Member> members = new ArrayList<>();
        if (document != null && document.teams() != null) {
            new TreeMap<>(document.teams())
                    .forEach((name, row) -> members.add(team(name, row == null ? TeamRow.EMPTY : row)));
        }
        if (document != null && document.users() != null) {
            new TreeMap<>(document.users())
                    .forEach((name, row) -> members.add(user(name, row == null ? UserRow.EMPTY : row)));
        }
        members.forEach(MemberCodec::check);
        return members;
    }

    private static Member.Team team(String name, TeamRow row) {
        SortedSet<JobType> types = new TreeSet<>();
        if (row.jobTypes() != null) {
            row.jobTypes().forEach(type -> types.add(PrioritySection.type("teams." + name + ".job_types", type)));
        }
        return new Member.Team(
                name,
                row.shares() == null ? 1 : row.shares(),
                row.base(),
                Collections.unmodifiableSortedSet(types),
                Boolean.TRUE.equals(row.deadlines()));
    }

    private static Member.User user(String name, UserRow row) {
        return new Member.User(
                name, row.shares() == null ? 1 : row.shares(), row.seniorityYears() == null ? 0 : row.seniorityYears());
    }
}
