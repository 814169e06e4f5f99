package io.millrace.scheduler.domain;

/**
 * What a pool has for jobs of a shape: GPUs of nodes of the type it needs.
 *
 * @param gpus of all such nodes, whatever their health
 * @param free on nodes that take new work now
 * @param wholeNodes such nodes of which all is free
 * @param largestBlock most free GPUs on one such node
 */
public record FreeGpus(int gpus, int free, int wholeNodes, int largestBlock) {

    /** As the pool is now. */
    public static FreeGpus of(Pool pool, JobRequest.Shape shape) {
        int gpus = 0;
        int free = 0;
        int whole = 0;
        int largest = 0;
        for (int i = 0; i < pool.fleet().size(); i++) {
            Node node = pool.fleet().node(i);
            if (node.matches(shape)) {
                gpus += node.gpus();
                int left = node.usable(pool.header().now()) ? pool.fleet().free()[i] : 0;
                free += left;
                largest = Math.max(largest, left);
                whole += left == node.gpus() ? 1 : 0;
            }
        }
        return new FreeGpus(gpus, free, whole, largest);
    }
}
