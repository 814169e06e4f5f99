package io.millrace.tracker.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** Keeps files. A file is there wholly or not at all. Thread safe. */
public interface ArtifactStore extends AutoCloseable {

    /**
     * What was stored.
     *
     * @param sha256 of the content, in hex
     */
    record Stored(long bytes, String sha256) {}

    /**
     * What lies in a folder.
     *
     * @param bytes of a file; 0 for a folder
     */
    record Entry(String name, boolean folder, long bytes) {}

    /** A file; the stream is to be closed. */
    record Content(InputStream stream, long bytes) {}

    /** Where a path lies, as an address. */
    String uri(ArtifactPath path);

    /**
     * Stores a file, in place of what was there. Takes all of the stream, and does not close it.
     *
     * @throws ArtifactException where a folder is, or where a file would have to be a folder
     */
    Stored put(ArtifactPath path, InputStream content) throws IOException;

    /** None where no file is. */
    Optional<Content> open(ArtifactPath path) throws IOException;

    /** What lies in a folder, by name; nothing where there is none. */
    List<Entry> list(ArtifactPath folder) throws IOException;

    /** Removes a file, or a folder with all that is in it; false where nothing was. */
    boolean delete(ArtifactPath path) throws IOException;

    @Override
    void close();
}
