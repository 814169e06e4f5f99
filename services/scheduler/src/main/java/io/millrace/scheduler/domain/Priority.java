package io.millrace.scheduler.domain;

/**
 * A job's priority at one instant, term by term, in thousandths of a point: whole numbers, so that the sum is the same
 * everywhere.
 *
 * @param base the team's
 * @param fairShare more the less the team used of its share
 * @param deadline more the nearer the deadline
 * @param seniority by years at the company
 * @param type by job type
 * @param queue of the queue it waits in
 * @param age by how long it has waited
 * @param shortness more the shorter jobs of the same user and shape have been; counts only where jobs pass one that has
 *     a promised start, and is not in the total
 * @param usagePenalty of the user's recent jobs; at most 0
 * @param override a manager's
 */
public record Priority(
        long base,
        long fairShare,
        long deadline,
        long seniority,
        long type,
        long queue,
        long age,
        long shortness,
        long usagePenalty,
        long override) {

    /** One point. */
    public static final long POINT = 1000;

    static Priority ofBase(long base) {
        return new Priority(base, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** What jobs are ordered by, the largest first. */
    public long total() {
        return base + fairShare + deadline + seniority + type + queue + age + usagePenalty + override;
    }
}
