import io.millrace.client.MillraceClient;
import io.millrace.client.Run;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.Work;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.events.run.RunStarted;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Asks for a job and takes it back, logs a run, notes a prediction: {@code SubmitJob CLIENT_PROPERTIES}. */
public final class SubmitJob {

    public static void main(String[] args) {
        try (MillraceClient client = MillraceClient.connect(Path.of(args[0]))) {
            String job = client.submit(JobSubmitted.newBuilder()
                    .setPool("default")
                    .setTeam("vision")
                    .setUser("ada")
                    .setGpus(2)
                    .setWork(new Work(List.of("python3", "train.py"), Map.of(), null))
                    .setLimitMs(3_600_000L)
                    .build());
            System.out.println(job);
            client.cancel(job, "ada", "only an example");

            RunStarted started = RunStarted.newBuilder().setExperiment("digits").setUser("ada").build();
            try (Run run = client.startRun(started)) {
                run.params(Map.of("rate", "0.1"));
                for (int step = 0; step < 1000; step++) {
                    run.metric("loss", 1.0 / (step + 1), step);
                }
                System.out.println(run.id());
            }

            client.predict(PredictionMade.newBuilder()
                    .setPredictionId("request-17")
                    .setModelName("digits")
                    .setModelVersion("1")
                    .setFeatures(Map.of("ink", 0.3, "pen", "blue"))
                    .setScore(0.93)
                    .setLabel("7")
                    .build());
        }
    }
}
