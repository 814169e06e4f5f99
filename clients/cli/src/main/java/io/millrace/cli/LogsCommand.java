package io.millrace.cli;

import io.millrace.local.DataFolder;
import io.millrace.local.LogTail;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "logs", description = "Print what a process of the stack logged.", mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofMillis(200);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Parameters(
            paramLabel = "SERVICE",
            description = "broker, registry, supervisor or a service, as 'millrace status' names them.")
    private String service = "";

    @Option(names = "-n", paramLabel = "N", description = "How many lines from the end. Default: ${DEFAULT-VALUE}.")
    private int lines = 50;

    @Option(names = "-f", description = "Go on with what is logged from now on, until Ctrl-C.")
    private boolean follow;

    @Override
    public Integer call() throws InterruptedException {
        DataFolder data = new DataFolder(folder.path());
        Path log = data.log(service);
        if (!Files.isRegularFile(log)) {
            List<String> names = names(data.logs());
            throw new ParameterException(
                    spec.commandLine(),
                    names.isEmpty()
                            ? "there are no logs in " + data.logs() + "; start the stack with 'millrace up'"
                            : "there is no log of '" + service + "'; there are " + String.join(", ", names));
        }
        PrintWriter out = spec.commandLine().getOut();
        long end = size(log);
        String tail = LogTail.of(log, lines);
        if (!tail.isEmpty()) {
            out.println(tail);
            out.flush();
        }
        if (follow) {
            follow(log, end, out);
        }
        return 0;
    }

    private static List<String> names(Path logs) {
        if (!Files.isDirectory(logs)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(logs)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".log"))
                    .map(name -> name.substring(0, name.length() - ".log".length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void follow(Path log, long from, PrintWriter out) throws InterruptedException {
        long position = from;
        while (!out.checkError()) {
            long size = size(log);
            if (size < position) {
                // The file was put aside and a new one begun.
                position = 0;
            }
            if (size > position) {
                byte[] more = read(log, position, (int) Math.min(size - position, 1 << 20));
                position += more.length;
                out.print(new String(more, StandardCharsets.UTF_8));
                out.flush();
            } else {
                Thread.sleep(POLL);
            }
        }
    }

    private static byte[] read(Path log, long position, int length) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] bytes = new byte[length];
            file.seek(position);
            file.readFully(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path log) {
        try {
            return Files.exists(log) ? Files.size(log) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
