package io.millrace.architecture.planted.style;

import java.util.function.IntConsumer;

/** Ways to end the process from where it may not be ended. */
public final class Exits {

    private Exits() {}

    static final class GivesUp {
        void decide() {
            System.exit(1);
        }
    }

    static final class Halts {
        void decide() {
            Runtime.getRuntime().halt(1);
        }
    }

    static final class IsAMainElsewhere {
        public static void main(String[] args) {
            System.exit(args.length);
        }
    }

    static final class PassesItOn {
        IntConsumer onError() {
            return System::exit;
        }
    }
}
