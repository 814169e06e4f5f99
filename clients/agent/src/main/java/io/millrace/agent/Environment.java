package io.millrace.agent;

import io.millrace.agent.domain.Placement;
import io.millrace.agent.domain.Placement.Share;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The environment of a job's process. */
final class Environment {

    /** What a process gets of the agent's own environment; the rest may hold what is none of its business. */
    private static final Predicate<String> PASSED_ON = Pattern.compile(
                    "PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|LD_LIBRARY_PATH|CUDA_HOME"
                            + "|CUDA_PATH|NVIDIA_.*|NCCL_.*|VIRTUAL_ENV|CONDA_.*|PYTHONPATH|PYENV_.*")
            .asMatchPredicate();

    private static final int FIRST_MASTER_PORT = 20_000;
    private static final int MASTER_PORTS = 10_000;
    private static final int RUN_ID_DIGITS = 32;

    private Environment() {}

    /** What of an environment is passed on to jobs. */
    static Map<String, String> passedOn(Map<String, String> own) {
        Map<String, String> passed = new TreeMap<>(own);
        passed.keySet().removeIf(PASSED_ON.negate());
        return passed;
    }

    /** What is set for one part of an attempt, the job's own variables before the agent's. */
    static Map<String, String> of(
            Placement placement, int rank, Path checkpoints, Path reports, Map<String, String> passedOn) {
        Share share = placement.shares().get(rank);
        String jobId = placement.key().jobId();
        String gpus = share.gpus().stream().map(String::valueOf).collect(Collectors.joining(","));
        Map<String, String> set = new TreeMap<>(passedOn);
        Placement.Work work = placement.work();
        if (work != null) {
            set.putAll(work.environment());
        }
        set.put("MILLRACE_JOB_ID", jobId);
        set.put("MILLRACE_ATTEMPT", Integer.toString(placement.key().attempt()));
        set.put("MILLRACE_RUN_ID", runId(jobId));
        set.put("RANK", Integer.toString(rank));
        set.put("WORLD_SIZE", Integer.toString(placement.shares().size()));
        set.put("LOCAL_RANK", "0");
        set.put("LOCAL_WORLD_SIZE", "1");
        set.put("MASTER_ADDR", address(placement.shares().getFirst()));
        set.put("MASTER_PORT", Integer.toString(masterPort(placement)));
        set.put("MILLRACE_GPUS", Integer.toString(placement.gpus()));
        set.put("MILLRACE_GPU_IDS", gpus);
        set.put("CUDA_VISIBLE_DEVICES", gpus);
        set.put("MILLRACE_CHECKPOINT_DIR", checkpoints.toString());
        set.put("MILLRACE_REPORT_FILE", reports.toString());
        Placement.Resume resume = placement.resume();
        if (resume != null) {
            set.put("MILLRACE_RESUME_PATH", resume.path());
            set.put("MILLRACE_RESUME_STEP", Long.toString(resume.step()));
        }
        Placement.Member member = placement.array();
        if (member != null) {
            set.put("MILLRACE_ARRAY_ID", member.arrayId());
            set.put("MILLRACE_ARRAY_INDEX", Integer.toString(member.index()));
            set.put("MILLRACE_ARRAY_SIZE", Integer.toString(member.size()));
        }
        return set;
    }

    private static String address(Share share) {
        return share.address() == null ? share.nodeId() : share.address();
    }

    /** The same in every attempt. */
    static String runId(String jobId) {
        return FileNames.sha256("job/" + jobId).substring(0, RUN_ID_DIGITS);
    }

    /** The same on every node of an attempt, and another one in the next: the last one's may linger. */
    static int masterPort(Placement placement) {
        int hash = (int)
                Long.parseLong(FileNames.sha256(placement.key().toString()).substring(0, 7), 16);
        return FIRST_MASTER_PORT + hash % MASTER_PORTS;
    }
}
