package io.millrace.cost.domain.ledger;

/** Who holds GPUs of a node. */
public sealed interface Holder {

    /** A job, while an attempt of it runs. */
    record Job(String id) implements Holder {}

    /** Nobody: the node is up and they are free. */
    record Idle() implements Holder {}

    Holder IDLE = new Idle();
}
