package io.millrace.tracker.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Artifacts in S3, or in what speaks its language. Whose they are says the environment, as AWS has it: AWS_ACCESS_KEY_ID,
 * profiles, roles. A file goes up in one piece, so it has 5 GB at most.
 */
public final class S3Artifacts implements ArtifactStore {

    private static final Pattern PLACE = Pattern.compile("s3://([^/?#\\s]+)((?:/[^?#]*)?)");

    private final S3Client client;
    private final String bucket;
    private final String prefix;
    private final Path spool;

    /**
     * @param place {@code s3://BUCKET} or {@code s3://BUCKET/PREFIX}
     * @param endpoint of another service than AWS; null for AWS
     * @param spool folder in which files wait until they are whole
     */
    public S3Artifacts(String place, @Nullable URI endpoint, String region, Path spool) throws IOException {
        Matcher parts = PLACE.matcher(place);
        if (!parts.matches()) {
            throw new IllegalArgumentException("millrace.tracker.artifacts.place is '" + place
                    + "': it has to be s3://BUCKET/PREFIX, or a folder");
        }
        if (endpoint != null
                && (endpoint.getHost() == null
                        || !String.valueOf(endpoint.getScheme()).startsWith("http"))) {
            throw new IllegalArgumentException("millrace.tracker.artifacts.endpoint is '" + endpoint
                    + "': it has to be an address such as https://HOST:PORT; without it, AWS is asked");
        }
        bucket = parts.group(1);
        String path = parts.group(2).replaceAll("^/+|/+$", "");
        prefix = path.isEmpty() ? "" : path + "/";
        this.spool = Files.createDirectories(spool);
        S3ClientBuilder builder = S3Client.builder()
                .httpClient(UrlConnectionHttpClient.create())
                .region(Region.of(region))
                // Other services than AWS' know buckets by path only.
                .forcePathStyle(endpoint != null);
        client = endpoint == null
                ? builder.build()
                : builder.endpointOverride(endpoint).build();
    }

    private String key(ArtifactPath path) {
        return prefix + path.text();
    }

    @Override
    public String uri(ArtifactPath path) {
        return "s3://" + bucket + "/" + key(path);
    }

    @Override
    public Stored put(ArtifactPath path, InputStream content) throws IOException {
        if (path.isRoot()) {
            throw new ArtifactException("a file needs a name");
        }
        Path whole = spool.resolve(UUID.randomUUID().toString());
        try {
            Stored stored = FolderArtifacts.write(whole, content);
            client.putObject(request -> request.bucket(bucket).key(key(path)), RequestBody.fromFile(whole));
            return stored;
        } catch (SdkException e) {
            throw failed("take " + uri(path), e);
        } finally {
            Files.deleteIfExists(whole);
        }
    }

    @Override
    public Optional<Content> open(ArtifactPath path) throws IOException {
        try {
            ResponseInputStream<GetObjectResponse> object =
                    client.getObject(request -> request.bucket(bucket).key(key(path)));
            return Optional.of(new Content(object, object.response().contentLength()));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failed("give " + uri(path), e);
        }
    }

    @Override
    public List<Entry> list(ArtifactPath folder) throws IOException {
        String under = folder.isRoot() ? prefix : key(folder) + "/";
        List<Entry> entries = new ArrayList<>();
        try {
            for (ListObjectsV2Response page : client.listObjectsV2Paginator(
                    request -> request.bucket(bucket).prefix(under).delimiter("/"))) {
                page.commonPrefixes().forEach(one -> entries.add(new Entry(name(one.prefix(), under), true, 0)));
                page.contents().stream()
                        .filter(object -> !object.key().equals(under))
                        .forEach(object -> entries.add(new Entry(name(object.key(), under), false, object.size())));
            }
        } catch (SdkException e) {
            throw failed("list " + uri(folder), e);
        }
        entries.sort(Comparator.comparing(Entry::name));
        return entries;
    }

    private static String name(String key, String under) {
        String name = key.substring(under.length());
        return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    }

    @Override
    public boolean delete(ArtifactPath path) throws IOException {
        if (path.isRoot()) {
            return false;
        }
        try {
            List<String> keys = new ArrayList<>(
                    client
                            .listObjectsV2Paginator(
                                    request -> request.bucket(bucket).prefix(key(path)))
                            .contents()
                            .stream()
                            .map(S3Object::key)
                            .filter(key -> key.equals(key(path)) || key.startsWith(key(path) + "/"))
                            .toList());
            keys.forEach(
                    key -> client.deleteObject(request -> request.bucket(bucket).key(key)));
            return !keys.isEmpty();
        } catch (SdkException e) {
            throw failed("delete " + uri(path), e);
        }
    }

    private static IOException failed(String what, SdkException e) {
        return new IOException(
                "S3 did not " + what + ": " + e.getMessage()
                        + "; millrace.tracker.artifacts.place, .endpoint and .region say where it is, AWS_* who asks",
                e);
    }

    @Override
    public void close() {
        client.close();
    }
}
