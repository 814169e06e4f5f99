package io.millrace.local;

import java.net.URI;
import java.nio.file.Path;

/**
 * Makes the topics and registers the schemas of a cluster that others run: {@code ClusterSetup BOOTSTRAP_SERVERS
 * REGISTRY_URL CACHE_FOLDER}. Repeating it changes nothing.
 */
public final class ClusterSetup {

    private ClusterSetup() {}

    public static void main(String[] args) {
        if (args.length != 3) {
            System.err.println("usage: ClusterSetup BOOTSTRAP_SERVERS REGISTRY_URL CACHE_FOLDER");
            System.exit(2);
        }
        try {
            TopicSetup.create(args[0], false);
            SchemaSetup.register(URI.create(args[1]), Path.of(args[2]));
        } catch (StackException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
