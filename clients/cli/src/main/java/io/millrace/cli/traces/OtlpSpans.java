package io.millrace.cli.traces;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends spans to a collector, by OTLP over HTTP. They have the ids that they are given, so who sends them again sends the
 * same. For one thread.
 */
public final class OtlpSpans implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int BATCH = 500;

    /** Gives out the ids of the span that is being made. */
    private static final class GivenIds implements IdGenerator {
        private String trace = "";
        private String span = "";

        @Override
        public String generateSpanId() {
            return span;
        }

        @Override
        public String generateTraceId() {
            return trace;
        }
    }

    private final class Gathering implements SpanProcessor {
        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            made.add(span.toSpanData());
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }

    private final List<SpanData> made = new ArrayList<>();
    private final GivenIds ids = new GivenIds();
    private final URI collector;
    private final OtlpHttpSpanExporter exporter;
    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private long sent;

    /** @param collector its address, such as {@code http://127.0.0.1:4318} */
    public OtlpSpans(URI collector) {
        this.collector = collector;
        exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(collector.toString().replaceAll("/+$", "") + "/v1/traces")
                .setTimeout(PATIENCE)
                .build();
        provider = SdkTracerProvider.builder()
                .setResource(Resource.builder().put("service.name", "millrace").build())
                .setIdGenerator(ids)
                .addSpanProcessor(new Gathering())
                .build();
        tracer = provider.get("io.millrace");
    }

    /** How many the collector has taken. */
    public long sent() {
        return sent;
    }

    /** Takes one; it is sent with others, at the latest by {@link #flush}. */
    void add(JobSpan span) {
        ids.trace = span.traceId();
        ids.span = span.spanId();
        SpanBuilder builder = tracer.spanBuilder(span.name()).setStartTimestamp(span.startMs(), TimeUnit.MILLISECONDS);
        String parent = span.parentId();
        if (parent == null) {
            builder.setNoParent();
        } else {
            builder.setParent(Context.root()
                    .with(Span.wrap(SpanContext.create(
                            span.traceId(), parent, TraceFlags.getSampled(), TraceState.getDefault()))));
        }
        span.attributes().forEach(builder::setAttribute);
        Span made = builder.startSpan();
        String failure = span.failure();
        if (failure != null) {
            made.setStatus(StatusCode.ERROR, failure);
        }
        made.end(span.endMs(), TimeUnit.MILLISECONDS);
        if (this.made.size() >= BATCH) {
            flush();
        }
    }

    /** @throws CollectorException when the collector does not take what is left to send */
    void flush() {
        if (made.isEmpty()) {
            return;
        }
        CompletableResultCode result =
                exporter.export(List.copyOf(made)).join(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (!result.isSuccess()) {
            throw new CollectorException(
                    "the collector at " + collector + " did not take " + made.size() + " spans"
                            + (result.getFailureThrowable() == null
                                    ? ""
                                    : ": " + result.getFailureThrowable().getMessage())
                            + "; --to says where it listens for OTLP over HTTP, as http://127.0.0.1:4318",
                    result.getFailureThrowable());
        }
        sent += made.size();
        made.clear();
    }

    @Override
    public void close() {
        provider.close();
        exporter.close();
    }
}
