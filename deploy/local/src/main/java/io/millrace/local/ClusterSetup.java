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
 * Sets up a cluster that others run: users, topics, permissions, schemas. {@code ClusterSetup OPERATOR_PROPERTIES
 * CREDENTIALS REGISTRY_URL CACHE_FOLDER [REGISTRY_AUTHORITY]}: how the cluster's operator reaches it, a folder with the
 * password of each user in a file of his name, and the PEM file of whom to believe that the registry is the registry.
 * Repeating it changes nothing but the passwords that are new.
 */
public final class ClusterSetup {

    private ClusterSetup() {}

    public static void main(String[] args) {
        if (args.length < 4 || args.length > 5) {
            System.err.println("usage: ClusterSetup OPERATOR_PROPERTIES CREDENTIALS REGISTRY_URL CACHE_FOLDER"
                    + " [REGISTRY_AUTHORITY]");
            System.exit(2);
        }
        try (Admin admin = Admin.create(operator(Path.of(args[0])))) {
            PasswordSetup.apply(admin, Credentials.read(Path.of(args[1])));
            TopicSetup.create(admin, false);
            AclSetup.apply(admin);
            SchemaSetup.register(URI.create(args[2]), Path.of(args[3]), args.length == 5 ? Path.of(args[4]) : null);
        } catch (StackException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        } catch (InterruptedException e) {
            System.err.println("interrupted; run it again");
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
