package io.millrace.tracker.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Artifacts in a folder of this machine, or of a file system that several share. */
public final class FolderArtifacts implements ArtifactStore {

    /** Holds what is not yet whole; no artifact lies there. */
    static final String PARTIAL = ".partial";

    private static final int BUFFER = 1 << 16;

    private final Path root;

    /** Makes the folder, and removes what never became whole. */
    public FolderArtifacts(Path folder) {
        try {
            root = Files.createDirectories(folder).toRealPath();
            removeAll(root.resolve(PARTIAL));
            Files.createDirectories(root.resolve(PARTIAL));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no artifacts can be kept in " + folder + ": " + e
                            + "; millrace.tracker.artifacts.place names a folder that can be written",
                    e);
        }
    }

    @Override
    public String uri(ArtifactPath path) {
        return resolve(path).toUri().toString();
    }

    @Override
    public Stored put(ArtifactPath path, InputStream content) throws IOException {
        Path target = resolve(path);
        if (path.isRoot() || Files.isDirectory(target)) {
            throw new ArtifactException("'" + path.text() + "' is a folder; a file needs a name of its own");
        }
        Path partial = root.resolve(PARTIAL).resolve(UUID.randomUUID().toString());
        try {
            Stored stored = write(partial, content);
            makeFolder(path, target);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return stored;
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** Also for a store that needs to know how long a file is before it takes it. */
    static Stored write(Path file, InputStream content) throws IOException {
        MessageDigest digest = Digests.sha256();
        long bytes = 0;
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                digest.update(buffer, 0, read);
                out.write(buffer, 0, read);
                bytes += read;
            }
        }
        return new Stored(bytes, HexFormat.of().formatHex(digest.digest()));
    }

    private void makeFolder(ArtifactPath path, Path target) throws IOException {
        Path folder = Objects.requireNonNull(target.getParent());
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw new ArtifactException("'" + path.text() + "' can't be stored: a file lies where its folder would be");
        }
        within(folder);
    }

    @Override
    public Optional<Content> open(ArtifactPath path) throws IOException {
        Path file = resolve(path);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        within(file);
        FileChannel channel = FileChannel.open(file);
        return Optional.of(new Content(Channels.newInputStream(channel), channel.size()));
    }

    @Override
    public List<Entry> list(ArtifactPath path) throws IOException {
        Path folder = resolve(path);
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        within(folder);
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                boolean isFolder = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
                if (isFolder || Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    entries.add(new Entry(name, isFolder, isFolder ? 0 : Files.size(file)));
                }
            }
        }
        entries.removeIf(entry -> path.isRoot() && entry.name().equals(PARTIAL));
        entries.sort(Comparator.comparing(Entry::name));
        return entries;
    }

    @Override
    public boolean delete(ArtifactPath path) throws IOException {
        Path target = resolve(path);
        if (path.isRoot() || !Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        within(target);
        removeAll(target);
        return true;
    }

    private static void removeAll(Path target) throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> found = Files.walk(target)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path one : all) {
            Files.deleteIfExists(one);
        }
    }

    private Path resolve(ArtifactPath path) {
        Path resolved = root;
        for (String name : path.names()) {
            resolved = resolved.resolve(name);
        }
        return resolved;
    }

    /** A link that somebody laid leads nowhere. */
    private void within(Path path) throws IOException {
        if (!path.toRealPath().startsWith(root)) {
            throw new ArtifactException("Invalid path");
        }
    }

    @Override
    public void close() {
        // nothing is held open
    }
}
