package io.millrace.agent.domain;

/** What an agent does on its node. Doing it twice does no more than doing it once. */
public sealed interface Action {

    AttemptKey key();

    /** Start this node's process, if nobody has. */
    record Launch(Placement placement) implements Action {
        @Override
        public AttemptKey key() {
            return placement.key();
        }
    }

    /** SIGTERM to all of its processes, and SIGKILL to those that are left after the grace. */
    record Stop(AttemptKey key, long graceMs) implements Action {}

    /** Tell that it is alive: as the lead that all of the attempt is, else that this part is. */
    record Beat(AttemptKey key, boolean asLead) implements Action {}

    /** Let the process live until then; ms since the epoch. */
    record Renew(AttemptKey key, long until) implements Action {}

    /** It is over and nobody will ask for it. */
    record Forget(AttemptKey key) implements Action {}
}
