package io.millrace.governance.audit;

import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.Subtrees;
import io.millrace.governance.domain.tree.Tile;
import io.millrace.governance.domain.tree.TreeEdge;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A tree in tiles, as files that anybody may copy and serve: hashes lie one after the other, entries each after its
 * length in two bytes. A tile that is full is written once and never again. Not thread safe.
 */
public final class TileFolder implements Subtrees {

    private static final int LONGEST_ENTRY = 0xffff;

    private final Path folder;

    /** Of each level of tiles the hashes of the one that fills. */
    private final List<List<Hash>> filling = new ArrayList<>();

    private final List<byte[]> entries = new ArrayList<>();
    private long size;

    /** For the log from its first entry on; files that lie there already must be of the same log. */
    public TileFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Adds an entry at the end. What lies in tiles that are not full is in no file before {@link #writeRest}.
     *
     * @throws IllegalStateException when another full tile lies where one is to be written
     */
    public void append(byte[] entry) {
        if (entry.length > LONGEST_ENTRY) {
            throw new IllegalArgumentException("an entry of " + entry.length + " bytes fits in no tile");
        }
        size++;
        entries.add(entry.clone());
        if (entries.size() == Tile.FULL) {
            writeFull(new Tile(Tile.ENTRIES, (size >>> Tile.HEIGHT) - 1, Tile.FULL), bundle());
            entries.clear();
        }
        add(0, Hash.leaf(entry));
    }

    private void add(int level, Hash hash) {
        if (filling.size() == level) {
            filling.add(new ArrayList<>());
        }
        List<Hash> hashes = filling.get(level);
        hashes.add(hash);
        if (hashes.size() == Tile.FULL) {
            writeFull(new Tile(level, (size >>> (Tile.HEIGHT * (level + 1))) - 1, Tile.FULL), joined(hashes));
            Hash root = TreeEdge.rootOf(hashes);
            hashes.clear();
            add(level + 1, root);
        }
    }

    /** Writes the tiles that are not full as they are now. */
    public void writeRest() {
        if (!entries.isEmpty()) {
            write(new Tile(Tile.ENTRIES, size >>> Tile.HEIGHT, entries.size()), bundle());
        }
        for (int level = 0; level < filling.size(); level++) {
            List<Hash> hashes = filling.get(level);
            if (!hashes.isEmpty()) {
                write(new Tile(level, size >>> (Tile.HEIGHT * (level + 1)), hashes.size()), joined(hashes));
            }
        }
    }

    private byte[] bundle() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] entry : entries) {
            bytes.write(entry.length >>> 8);
            bytes.write(entry.length);
            bytes.writeBytes(entry);
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(List<Hash> hashes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(hashes.size() * Hash.BYTES);
        hashes.forEach(hash -> bytes.writeBytes(hash.bytes()));
        return bytes.toByteArray();
    }

    private void writeFull(Tile tile, byte[] content) {
        try {
            Path file = folder.resolve(tile.path());
            if (!Files.exists(file)) {
                write(tile, content);
            } else if (!Arrays.equals(Files.readAllBytes(file), content)) {
                throw new IllegalStateException(file + " is not of this log, or somebody changed it");
            }
            removeParts(Path.of(file + ".p"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void removeParts(Path parts) throws IOException {
        try (Stream<Path> files = Files.list(parts)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (NoSuchFileException e) {
            return; // it filled at once
        }
        Files.delete(parts);
    }

    private void write(Tile tile, byte[] content) {
        write(folder.resolve(tile.path()), content);
    }

    /** A file is there as a whole or not at all. */
    static void write(Path file, byte[] content) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path whole = file.resolveSibling(file.getFileName() + ".new");
            Files.write(whole, content);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long size() {
        return size;
    }

    @Override
    public Hash at(int level, long index) {
        int tileLevel = level / Tile.HEIGHT;
        int within = level % Tile.HEIGHT;
        long first = index << within;
        List<Hash> hashes = hashes(tileLevel, first / Tile.FULL);
        int from = (int) (first % Tile.FULL);
        return TreeEdge.rootOf(hashes.subList(from, from + (1 << within)));
    }

    private List<Hash> hashes(int level, long tile) {
        if (level < filling.size() && tile == size >>> (Tile.HEIGHT * (level + 1))) {
            return filling.get(level);
        }
        try {
            byte[] content = Files.readAllBytes(folder.resolve(new Tile(level, tile, Tile.FULL).path()));
            List<Hash> hashes = new ArrayList<>();
            for (int at = 0; at < content.length; at += Hash.BYTES) {
                hashes.add(Hash.of(Arrays.copyOfRange(content, at, at + Hash.BYTES)));
            }
            return hashes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
