package io.millrace.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {

    @TempDir
    Path folder;

    @Test
    void shouldReadPartitionsAndNoteWhatItAssumed() throws IOException {
        List<String> notes = new ArrayList<>();
        Cluster cluster = Cluster.read(write("""
                {"cluster": "c", "partitions": [
                  {"team": "red", "nodes": 2, "gpus_per_node": 8, "gpu_type": "V100", "cpus_per_node": 92},
                  {"team": "blue", "nodes": null, "gpus_per_node": 4}]}
                """), notes::add);

        assertThat(cluster.partitions())
                .containsExactly(new Partition("red", 2, 8, "V100"), new Partition("blue", 8, 4, null));
        assertThat(notes).containsExactly("Partition blue has no published size: 8 nodes are assumed.");
    }

    @Test
    void shouldFindTheTeamsPartitionElseEveryones() {
        Partition red = new Partition("red", 1, 8, null);
        Partition everyones = new Partition("*", 2, 8, null);

        assertThat(new Cluster(List.of(everyones, red)).partitionFor("red")).isEqualTo(red);
        assertThat(new Cluster(List.of(everyones, red)).partitionFor("blue")).isEqualTo(everyones);
        assertThat(everyones.nodeIds()).containsExactly("shared-000", "shared-001");
        assertThatThrownBy(() -> new Cluster(List.of(red)).partitionFor("blue"))
                .isInstanceOf(TraceException.class)
                .hasMessage("The cluster has no partition for team blue: add one, add one for \"*\","
                        + " or share the whole cluster.");
    }

    @Test
    void shouldNumberNodesSoThatNamesSortLikeThem() {
        List<String> ids = new Partition("red", 1_001, 8, null).nodeIds();

        assertThat(ids).hasSize(1_001).isSorted();
        assertThat(ids.getFirst()).isEqualTo("red-0000");
    }

    @Test
    void shouldShareAllNodesAsOnePool() {
        Cluster cluster = new Cluster(List.of(new Partition("red", 2, 8, "V100"), new Partition("blue", 3, 8, "V100")));

        assertThat(cluster.shared().partitions()).containsExactly(new Partition("*", 5, 8, "V100"));
        assertThat(cluster.shared().partitionFor("red").pool()).isEqualTo("shared");
    }

    @Test
    void shouldRefuseToShareNodesThatDiffer() {
        Cluster cluster = new Cluster(List.of(new Partition("red", 2, 8, "V100"), new Partition("blue", 3, 8, "A100")));

        assertThatThrownBy(cluster::shared)
                .isInstanceOf(TraceException.class)
                .hasMessage("Partitions red and blue can't be shared as one pool:"
                        + " their nodes differ in GPUs or GPU type.");
    }

    @Test
    void shouldSayWhatIsWrongWithAFile() throws IOException {
        assertMistake("{}", ": \"partitions\" must list at least one partition.");
        assertMistake("""
                {"partitions": [{"team": "red", "nodes": 0, "gpus_per_node": 8}]}""", ": \"nodes\" of partition red must be a whole number of at least 1, not 0.");
        assertMistake("""
                {"partitions": [{"team": "red", "nodes": 1}]}""", ": \"gpus_per_node\" of partition red must be a whole number of at least 1, not left out.");
        assertMistake("""
                {"partitions": [{"nodes": 1}]}""", ": a partition has no \"team\".");
        assertMistake("""
                {"partitions": [{"team": "a", "nodes": 1, "gpus_per_node": 8},
                                {"team": "a", "nodes": 2, "gpus_per_node": 8}]}""", ": there are two partitions for a.");
    }

    private void assertMistake(String content, String message) throws IOException {
        Path file = write(content);
        assertThatThrownBy(() -> Cluster.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessage(file + message);
    }

    private Path write(String content) throws IOException {
        return Files.writeString(folder.resolve("cluster.json"), content);
    }
}
