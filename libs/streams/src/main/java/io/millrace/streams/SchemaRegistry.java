package io.millrace.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParseException;
import org.jspecify.annotations.Nullable;

/**
 * A Confluent-compatible schema registry over its REST API. What it once answered is kept on disk, so that a process
 * that has seen a schema starts and reads without the registry. Ids never change their meaning, so the cache never
 * expires. Thread safe.
 */
public final class SchemaRegistry implements SchemaLookup {

    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI base;
    private final Path cache;
    private final Duration timeout;
    private final HttpClient http;
    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();
    private final Map<String, Integer> ids = new ConcurrentHashMap<>();

    /**
     * @param base root of the Confluent API, for example {@code http://127.0.0.1:8081/apis/ccompat/v7}
     * @param cache folder for what was answered; made when absent; belongs to this one registry
     */
    public SchemaRegistry(URI base, Path cache) {
        this(base, cache, TIMEOUT);
    }

    /** @param authority PEM file of whom to believe that the registry is the registry; null for whom the JDK believes */
    public SchemaRegistry(URI base, Path cache, @Nullable Path authority) {
        this(base, cache, TIMEOUT, authority);
    }

    SchemaRegistry(URI base, Path cache, Duration timeout) {
        this(base, cache, timeout, null);
    }

    private SchemaRegistry(URI base, Path cache, Duration timeout, @Nullable Path authority) {
        this.base = base;
        this.cache = cache;
        this.timeout = timeout;
        HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(timeout);
        this.http = (authority == null ? client : client.sslContext(believing(authority))).build();
        try {
            Files.createDirectories(cache);
        } catch (IOException e) {
            throw new UncheckedIOException("schema cache " + cache + " can't be made", e);
        }
    }

    /**
     * Connections to whoever proves himself by these certificates.
     *
     * @param authority PEM file
     */
    public static SSLContext believing(Path authority) {
        try (InputStream file = Files.newInputStream(authority)) {
            KeyStore believed = KeyStore.getInstance(KeyStore.getDefaultType());
            believed.load(null, null);
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                believed.setCertificateEntry("authority-" + believed.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(believed);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(authority + " holds no certificates that can be read: " + e, e);
        }
    }

    @Override
    public Schema byId(int id) {
        Schema known = schemas.get(id);
        return known != null ? known : remember(id);
    }

    private Schema remember(int id) {
        Path file = cache.resolve(id + ".avsc");
        String cached = read(file);
        String text = cached == null ? ask(id) : cached;
        Schema schema;
        try {
            schema = new Schema.Parser().parse(text);
        } catch (SchemaParseException e) {
            throw new UndecodableException("schema " + id + " is no Avro schema", e);
        }
        if (cached == null) {
            write(file, text);
        }
        schemas.put(id, schema);
        return schema;
    }

    private String ask(int id) {
        HttpResponse<String> answer = send(request("/schemas/ids/" + id).GET());
        if (isMissing(answer)) {
            throw new UndecodableException("no schema has the id " + id);
        }
        JsonNode schema = json(answer).path("schema");
        if (!schema.isTextual()) {
            throw new RegistryUnavailableException("schema registry " + base + " answers no schema");
        }
        return schema.asText();
    }

    /**
     * Whether the registry itself says that there is no such thing. A 404 of a proxy, or of a registry that is still
     * starting, says nothing.
     */
    private boolean isMissing(HttpResponse<String> answer) {
        if (answer.statusCode() != 404) {
            return false;
        }
        if (!parsed(answer).path("error_code").isInt()) {
            throw new RegistryUnavailableException(
                    "schema registry " + base + " answers 404 and not what is missing; is this its address?");
        }
        return true;
    }

    private int id(HttpResponse<String> answer) {
        JsonNode id = json(answer).path("id");
        if (!id.isInt()) {
            throw new RegistryUnavailableException("schema registry " + base + " answers no id");
        }
        return id.asInt();
    }

    @Override
    public int idOf(String subject, Schema schema) {
        String fingerprint = Long.toHexString(SchemaNormalization.parsingFingerprint64(schema))
                + Integer.toHexString(schema.toString().hashCode());
        String key = subject + "-" + fingerprint;
        Integer known = ids.get(key);
        if (known != null) {
            return known;
        }
        Path file = cache.resolve(key + ".id");
        String text = read(file);
        int id;
        if (text != null) {
            id = Integer.parseInt(text);
        } else {
            HttpResponse<String> answer = send(post("/subjects/" + encode(subject), schema));
            if (isMissing(answer)) {
                throw new IllegalStateException("the registry at " + base + " has no such schema under subject "
                        + subject + "; register the schemas first");
            }
            id = id(answer);
            write(file, Integer.toString(id));
        }
        ids.put(key, id);
        return id;
    }

    /**
     * Makes a schema the newest of its subject; nothing happens when it is there already.
     *
     * @return its id
     * @throws IllegalStateException when the registry refuses it, for example as incompatible
     */
    public int register(String subject, Schema schema) {
        return id(send(post("/subjects/" + encode(subject) + "/versions", schema)));
    }

    /**
     * Asks for any answer at all.
     *
     * @throws RegistryUnavailableException when none comes
     */
    public void ping() {
        send(request("/config").GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .timeout(timeout)
                .header("Accept", CONTENT_TYPE)
                .header("Content-Type", CONTENT_TYPE);
    }

    private HttpRequest.Builder post(String path, Schema schema) {
        String body = JSON.createObjectNode().put("schema", schema.toString()).toString();
        return request(path).POST(BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        HttpRequest built = request.build();
        HttpResponse<String> answer;
        try {
            answer = http.send(built, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new RegistryUnavailableException("schema registry " + base + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("interrupted while waiting for schema registry " + base, e);
        }
        int status = answer.statusCode();
        if (status >= 500 || status == 408 || status == 429 || status == 401 || status == 403) {
            throw new RegistryUnavailableException("schema registry " + base + " answers " + status);
        }
        return answer;
    }

    private JsonNode json(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(
                    "schema registry " + base + " answers " + answer.statusCode() + ": " + answer.body());
        }
        return parsed(answer);
    }

    private JsonNode parsed(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new RegistryUnavailableException("schema registry " + base + " answers no JSON", e);
        }
    }

    private static String encode(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8);
    }

    private static @Nullable String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("schema cache file " + file + " can't be read", e);
        }
    }

    /** Whole or not at all: another process may read or write the same file now. */
    private void write(Path file, String text) {
        try {
            Path part = Files.createTempFile(cache, "part", ".tmp");
            Files.writeString(part, text);
            try {
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("schema cache " + cache + " can't be written", e);
        }
    }
}
