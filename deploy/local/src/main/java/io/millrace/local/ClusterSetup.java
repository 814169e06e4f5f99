package io.millrace.local;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;

/**
 * Makes the topics and permissions and registers the schemas of a cluster that others run: {@code ClusterSetup
 * OPERATOR_PROPERTIES REGISTRY_URL CACHE_FOLDER [REGISTRY_AUTHORITY]}. The first says how the cluster's operator reaches
 * it, the last is the PEM file of whom to believe that the registry is the registry. Repeating it changes nothing.
 */
public final class ClusterSetup {

    private ClusterSetup() {}

    public static void main(String[] args) {
        if (args.length < 3 || args.length > 4) {
            System.err.println(
                    "usage: ClusterSetup OPERATOR_PROPERTIES REGISTRY_URL CACHE_FOLDER [REGISTRY_AUTHORITY]");
            System.exit(2);
        }
        try (Admin admin = Admin.create(operator(Path.of(args[0])))) {
            TopicSetup.create(admin, false);
            AclSetup.apply(admin);
            SchemaSetup.register(URI.create(args[1]), Path.of(args[2]), args.length == 4 ? Path.of(args[3]) : null);
        } catch (StackException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static Map<String, Object> operator(Path file) {
        Properties told = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            told.load(reader);
        } catch (IOException e) {
            throw new StackException("can't read " + file + ": " + e, e);
        }
        Map<String, Object> client = new HashMap<>();
        told.stringPropertyNames().forEach(name -> client.put(name, told.getProperty(name)));
        return client;
    }
}
