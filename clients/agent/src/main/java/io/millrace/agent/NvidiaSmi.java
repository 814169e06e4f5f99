package io.millrace.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks NVIDIA's driver for this machine's GPUs, where there is one. */
public final class NvidiaSmi {

    private static final Logger LOG = LoggerFactory.getLogger(NvidiaSmi.class);
    private static final long PATIENCE_S = 15;
    private static final List<String> QUESTION = List.of(
            "nvidia-smi",
            "--query-gpu=index,name,utilization.gpu,memory.used,memory.total,power.draw",
            "--format=csv,noheader,nounits");

    /**
     * One GPU.
     *
     * @param readings null where the driver does not tell them all, as of one that is cut up
     */
    public record Gpu(int index, String name, @Nullable Readings readings) {}

    /** @param utilization part of the last moments in which a kernel ran, from 0 to 1 */
    public record Readings(float utilization, int memoryUsedMib, int memoryTotalMib, float powerW) {}

    private NvidiaSmi() {}

    /** In the order of their indices; none where there is no driver or it gives no answer. */
    public static List<Gpu> ask() {
        Process process;
        try {
            process = new ProcessBuilder(QUESTION)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return List.of();
        }
        try {
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> read(process));
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                LOG.warn("nvidia-smi gives no answer");
                return List.of();
            }
            return process.exitValue() == 0 ? parse(answer.join()) : List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    static List<Gpu> parse(String answer) {
        List<Gpu> gpus = new ArrayList<>();
        for (String line : answer.lines().toList()) {
            String[] fields = line.split(",", -1);
            if (fields.length != 6 || !fields[0].strip().matches("\\d{1,4}")) {
                LOG.warn("nvidia-smi says '{}', which is not understood", line);
                return List.of();
            }
            gpus.add(new Gpu(Integer.parseInt(fields[0].strip()), model(fields[1].strip()), readings(fields)));
        }
        return gpus;
    }

    private static @Nullable Readings readings(String[] fields) {
        try {
            return new Readings(
                    Float.parseFloat(fields[2].strip()) / 100,
                    Integer.parseInt(fields[3].strip()),
                    Integer.parseInt(fields[4].strip()),
                    Float.parseFloat(fields[5].strip()));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** As users would name it. */
    private static String model(String name) {
        return name.replaceFirst("^NVIDIA ", "").replace(' ', '-');
    }
}
