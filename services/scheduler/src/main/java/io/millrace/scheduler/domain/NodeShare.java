package io.millrace.scheduler.domain;

/**
 * GPUs held on one node.
 *
 * @param gpuMask bit i set: the GPU with index i is held
 */
public record NodeShare(String nodeId, long gpuMask) {

    public int gpus() {
        return Long.bitCount(gpuMask);
    }
}
