package io.millrace.local;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/** Tells a broker its users' passwords, of which it keeps what checks them. */
final class PasswordSetup {

    /** The fewest that Kafka takes; what they slow down is guessing, and a random secret can't be guessed. */
    static final int ITERATIONS = 4096;

    private PasswordSetup() {}

    /** Returns the salt that they are kept with, when the controller has them. */
    static byte[] apply(Admin admin, Credentials credentials) throws InterruptedException {
        byte[] salt = Credentials.newSecret().getBytes(StandardCharsets.US_ASCII);
        ScramCredentialInfo kind = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS);
        List<UserScramCredentialAlteration> changes = new ArrayList<>();
        credentials
                .passwords()
                .forEach((user, password) -> changes.add(new UserScramCredentialUpsertion(
                        user, kind, password.getBytes(StandardCharsets.US_ASCII), salt)));
        try {
            admin.alterUserScramCredentials(changes).all().get();
        } catch (ExecutionException e) {
            throw new StackException("the broker does not take its users' passwords: " + e.getCause(), e);
        }
        return salt;
    }
}
