package io.millrace.cli.traces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against a collector that takes requests apart as OpenTelemetry defines them. */
class OtlpSpansTest {

    private final List<ExportTraceServiceRequest> requests = new CopyOnWriteArrayList<>();
    private final HttpServer collector;
    private final URI address;
    private volatile int status = 200;

    OtlpSpansTest() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            requests.add(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        collector.start();
        address = URI.create("http://127.0.0.1:" + collector.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        collector.stop(0);
    }

    private static JobSpan span(int number) {
        return new JobSpan("j", "event-" + number, "job/j", "wait", 1_000, 2_500, Map.of("team", "vision"), null);
    }

    private List<Span> taken() {
        List<Span> spans = new ArrayList<>();
        requests.forEach(request -> request.getResourceSpansList()
                .forEach(
                        resource -> resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()))));
        return spans;
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    @Test
    void shouldSendSpansAsTheyAre() {
        JobSpan wait = span(1);
        JobSpan job = new JobSpan("j", "job/j", null, "job j", 1_000, 2_500, Map.of(), "FAILED: it broke");
        try (OtlpSpans sender = new OtlpSpans(address)) {
            sender.add(wait);
            sender.add(job);
            sender.flush();
            assertThat(sender.sent()).isEqualTo(2);
        }
        assertThat(taken()).hasSize(2);
        Span first = taken().getFirst();
        assertThat(hex(first.getTraceId())).isEqualTo(wait.traceId());
        assertThat(hex(first.getSpanId())).isEqualTo(wait.spanId());
        assertThat(hex(first.getParentSpanId())).isEqualTo(job.spanId());
        assertThat(first.getName()).isEqualTo("wait");
        assertThat(first.getStartTimeUnixNano()).isEqualTo(1_000_000_000L);
        assertThat(first.getEndTimeUnixNano()).isEqualTo(2_500_000_000L);
        assertThat(first.getAttributesList()).singleElement().satisfies(attribute -> {
            assertThat(attribute.getKey()).isEqualTo("team");
            assertThat(attribute.getValue().getStringValue()).isEqualTo("vision");
        });
        Span second = taken().getLast();
        assertThat(hex(second.getTraceId())).isEqualTo(job.traceId()).isEqualTo(wait.traceId());
        assertThat(second.getParentSpanId().isEmpty()).isTrue();
        assertThat(second.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
        assertThat(second.getStatus().getMessage()).isEqualTo("FAILED: it broke");
    }

    @Test
    void shouldSendManyInSeveralRequests() {
        try (OtlpSpans sender = new OtlpSpans(address)) {
            for (int i = 0; i < 1_201; i++) {
                sender.add(span(i));
            }
            sender.flush();
        }
        assertThat(requests).hasSize(3);
        assertThat(taken().stream().map(Span::getSpanId).distinct()).hasSize(1_201);
    }

    @Test
    void shouldSayThatACollectorDoesNotTakeThem() {
        status = 400;
        try (OtlpSpans sender = new OtlpSpans(address)) {
            sender.add(span(1));
            assertThatThrownBy(sender::flush)
                    .isInstanceOf(CollectorException.class)
                    .hasMessageContaining("did not take 1 spans")
                    .hasMessageContaining(address.toString());
            assertThat(sender.sent()).isZero();
            status = 200;
            sender.flush();
            assertThat(sender.sent()).isOne();
        }
    }
}
