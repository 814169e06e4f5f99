package io.millrace.tracker.domain;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Ids of experiments: made from their names, so that whoever knows the name knows the id. 18 digits, as MLflow's. */
public final class ExperimentIds {

    public static final String DEFAULT = "0";
    public static final String DEFAULT_NAME = "Default";
    public static final int LONGEST = 64;

    private static final BigInteger FIRST = BigInteger.TEN.pow(17);
    private static final BigInteger MANY = BigInteger.TEN.pow(18).subtract(FIRST);

    private ExperimentIds() {}

    /** Of an experiment that nobody made but a run named. */
    public static String ofName(String name) {
        return name.equals(DEFAULT_NAME) ? DEFAULT : ofName(name, 0);
    }

    /** @param others how many that had this name first have another one now */
    public static String ofName(String name, int others) {
        String text = others == 0 ? name : name + "\n" + others;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(("experiment/" + text).getBytes(StandardCharsets.UTF_8));
            return new BigInteger(1, digest).mod(MANY).add(FIRST).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
