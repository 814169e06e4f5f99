package io.millrace.client;

import io.millrace.events.job.ArrayMembership;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.Work;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;

/** A job under a name of its user's: the same name and the same content are the same submission, sent again. */
public record Submission(String jobId, JobSubmitted job) {

    /**
     * The members of an array: one job for each index, called {@code <name>-<index>}. An array has as many jobs as its
     * highest index says, also where only some are asked for now.
     *
     * @throws ClientException when there is no index, or a negative one
     */
    public static List<Submission> array(String name, Iterable<Integer> indices, JobSubmitted job) {
        TreeSet<Integer> distinct = new TreeSet<>();
        indices.forEach(distinct::add);
        if (distinct.isEmpty() || distinct.first() < 0) {
            throw new ClientException("an array needs at least one index, and none below 0");
        }
        List<Submission> members = new ArrayList<>();
        for (int index : distinct) {
            members.add(new Submission(
                    name + "-" + index,
                    JobSubmitted.newBuilder(job)
                            .setArray(new ArrayMembership(name, index, distinct.last() + 1))
                            .build()));
        }
        return members;
    }

    /** Made of name and content (a UUID of version 8), so that whoever sends both again sends the same event again. */
    public String eventId() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(jobId.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            ByteBuffer hash = ByteBuffer.wrap(digest.digest(bytes()));
            long high = (hash.getLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x8000L;
            long low = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
            return new UUID(high, low).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** In Avro's binary form, maps in the order of their keys. */
    private byte[] bytes() {
        Work work = job.getWork();
        JobSubmitted ordered = JobSubmitted.newBuilder(job)
                .setTags(new TreeMap<>(job.getTags()))
                .setWork(
                        work == null
                                ? null
                                : Work.newBuilder(work)
                                        .setEnvironment(new TreeMap<>(work.getEnvironment()))
                                        .build())
                .build();
        // Written here and not copied: a copy would forget the order.
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new SpecificDatumWriter<JobSubmitted>(ordered.getSchema(), SpecificData.getForClass(JobSubmitted.class))
                    .write(ordered, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory can't fail", e);
        }
        return bytes.toByteArray();
    }
}
