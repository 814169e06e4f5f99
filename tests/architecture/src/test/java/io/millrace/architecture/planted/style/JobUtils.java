package io.millrace.architecture.planted.style;

/** Names that fit anything. */
public final class JobUtils {

    private JobUtils() {}

    interface JobManager {}

    interface JobHelper {}

    interface JobUtil {}

    interface QueueImpl {}

    interface JobsCommon {}

    interface JobBase {}

    interface BaseJob {}

    interface JobData {}

    interface JobInfo {}
}
