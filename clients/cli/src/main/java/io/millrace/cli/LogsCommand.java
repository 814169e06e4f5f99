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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "logs",
        description = "Print what a job wrote, or what a process of the stack logged.",
        mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PROCESS_LINES = 50;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Parameters(
            paramLabel = "NAME",
            description = "A process of the stack, as 'millrace status' names them; anything else is the id of a job or"
                    + " of an array.")
    private String name = "";

    @Option(
            names = "-n",
            paramLabel = "N",
            description = "How many lines from the end. Default: all of a job's, 50 of a process's.")
    private @Nullable Integer lines;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is written from now on: until a job ends, or Ctrl-C.")
    private boolean follow;

    @Option(
            names = "--rank",
            paramLabel = "N",
            description = "Only what the job's process on this node of its attempt wrote, from 0. Default: all, with"
                    + " their ranks before the lines.")
    private @Nullable Integer rank;

    @Override
    public Integer call() throws InterruptedException {
        DataFolder data = new DataFolder(folder.path());
        Path log = data.log(name);
        if (Files.isRegularFile(log)) {
            return ofProcess(log);
        }
        List<String> processes = names(data.logs());
        if (!Files.isRegularFile(data.clientProperties())) {
            throw new ParameterException(
                    spec.commandLine(),
                    processes.isEmpty()
                            ? "there are no logs in " + data.logs() + "; start the stack with 'millrace up'"
                            : "there is no log of '" + name + "'; there are " + String.join(", ", processes));
        }
        Connection connection = folder.connection();
        KnownJobs jobs = KnownJobs.named(connection, name);
        if (jobs.rows().isEmpty()) {
            throw new CommandException("there is no job '" + name + "', and no process of the stack; processes are "
                    + String.join(", ", processes));
        }
        return new JobLogs(connection, spec.commandLine()).print(name, jobs, rank, lines, follow);
    }

    private int ofProcess(Path log) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        long end = size(log);
        String tail = LogTail.of(log, lines == null ? PROCESS_LINES : lines);
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
