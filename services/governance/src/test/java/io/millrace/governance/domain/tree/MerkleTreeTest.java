package io.millrace.governance.domain.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tree against RFC 6962's definition, and its proofs against the checks of RFC 9162. */
class MerkleTreeTest {

    private static final int LARGEST = 70;

    /** The leaves that implementations of RFC 6962 are tested with, and the roots over the first of them. */
    private static final List<String> LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS = List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    private static List<Hash> leaves(int count) {
        List<Hash> leaves = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leaves.add(Hash.leaf(("entry " + i).getBytes(StandardCharsets.UTF_8)));
        }
        return leaves;
    }

    /** Word for word as RFC 6962, 2.1, defines it. */
    private static Hash defined(List<Hash> leaves) {
        if (leaves.isEmpty()) {
            return Hash.empty();
        }
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int split = Integer.highestOneBit(leaves.size() - 1);
        return Hash.node(defined(leaves.subList(0, split)), defined(leaves.subList(split, leaves.size())));
    }

    private static Subtrees subtrees(List<Hash> leaves) {
        return (level, index) -> {
            int from = (int) (index << level);
            return defined(leaves.subList(from, from + (1 << level)));
        };
    }

    @Test
    void shouldGiveThePublishedRoots() {
        TreeEdge edge = new TreeEdge();
        List<String> roots = new ArrayList<>(List.of(edge.root().hex()));
        for (String leaf : LEAVES) {
            edge.append(Hash.leaf(HexFormat.of().parseHex(leaf)));
            roots.add(edge.root().hex());
        }
        assertThat(roots).isEqualTo(ROOTS);
        assertThat(edge.size()).isEqualTo(8);
    }

    /** As they stand in the tests of Certificate Transparency. */
    @Test
    void shouldGiveThePublishedProofs() {
        List<Hash> leaves = LEAVES.stream()
                .map(leaf -> Hash.leaf(HexFormat.of().parseHex(leaf)))
                .toList();
        assertThat(subtrees(leaves).inclusion(5, 8))
                .extracting(Hash::hex)
                .containsExactly(
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(subtrees(leaves).consistency(6, 8))
                .extracting(Hash::hex)
                .containsExactly(
                        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
    }

    @Test
    void shouldHaveTheDefinedRootHoweverItIsMade() {
        for (int size = 0; size <= LARGEST; size++) {
            List<Hash> leaves = leaves(size);
            assertThat(TreeEdge.rootOf(leaves)).isEqualTo(defined(leaves));
            assertThat(subtrees(leaves).root(size)).isEqualTo(defined(leaves));
        }
    }

    @Test
    void shouldProveEveryLeafOfEveryTreeAndNoOther() {
        List<Hash> leaves = leaves(LARGEST);
        for (int size = 1; size <= LARGEST; size++) {
            Hash root = defined(leaves.subList(0, size));
            for (int index = 0; index < size; index++) {
                List<Hash> path = subtrees(leaves).inclusion(index, size);
                assertThat(Proofs.includes(leaves.get(index), index, size, path, root))
                        .isTrue();
                assertThat(Proofs.includes(leaves.get((index + 1) % LARGEST), index, size, path, root))
                        .isFalse();
                assertThat(Proofs.includes(leaves.get(index), size - 1 - index, size, path, root))
                        .isEqualTo(size - 1 - index == index);
            }
        }
    }

    @Test
    void shouldProveThatEveryTreeBeginsWithEachEarlierOne() {
        List<Hash> leaves = leaves(LARGEST);
        for (int size = 0; size <= LARGEST; size++) {
            Hash root = defined(leaves.subList(0, size));
            for (int earlier = 0; earlier <= size; earlier++) {
                List<Hash> path = subtrees(leaves).consistency(earlier, size);
                Hash before = defined(leaves.subList(0, earlier));
                assertThat(Proofs.extend(earlier, before, size, root, path)).isTrue();
                if (earlier > 0) {
                    Hash other = Hash.leaf(before.bytes());
                    assertThat(Proofs.extend(earlier, other, size, root, path)).isFalse();
                    assertThat(Proofs.extend(earlier, before, size, other, path))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void shouldSayWhatATreeHasNot() {
        Subtrees subtrees = subtrees(leaves(3));
        assertThatThrownBy(() -> subtrees.inclusion(3, 3)).hasMessage("a tree of 3 leaves has no leaf 3");
        assertThatThrownBy(() -> subtrees.consistency(4, 3)).hasMessage("a tree of 3 leaves never had 4");
        assertThat(Proofs.includes(Hash.empty(), 3, 3, List.of(), Hash.empty())).isFalse();
        assertThat(Proofs.extend(4, Hash.empty(), 3, Hash.empty(), List.of())).isFalse();
    }

    @Test
    void shouldNameTilesAsC2spDoes() {
        assertThat(new Tile(0, 1_234_067, Tile.FULL).path()).isEqualTo("tile/0/x001/x234/067");
        assertThat(new Tile(1, 5, 17).path()).isEqualTo("tile/1/005.p/17");
        assertThat(new Tile(Tile.ENTRIES, 1000, Tile.FULL).path()).isEqualTo("tile/entries/x001/000");
    }
}
