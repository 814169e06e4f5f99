package io.millrace.monitor.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The file of receivers: for each name a format, an address and, where there is one, a key. */
public final class ReceiversDocument {

    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory()).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    record Form(
            @Nullable String format,
            @Nullable String url,
            @Nullable String key) {}

    private ReceiversDocument() {}

    /** @throws IllegalArgumentException when it is not to be understood; says what to do */
    public static List<Receiver> parse(String document) {
        Map<String, Form> forms;
        try {
            forms = YAML.readerForMapOf(Form.class).readValue(document);
        } catch (JsonProcessingException e) {
            // Not the exception's own message, which may quote a key.
            throw new IllegalArgumentException("the file of receivers can't be read"
                    + (e.getLocation() == null
                            ? ""
                            : " at line " + e.getLocation().getLineNr())
                    + "; it names receivers, each with format, url and, where needed, key");
        }
        List<Receiver> receivers = new ArrayList<>();
        new TreeMap<>(forms == null ? Map.of() : forms).forEach((name, form) -> receivers.add(receiver(name, form)));
        return receivers;
    }

    private static Receiver receiver(String name, Form form) {
        Receiver.Format format = Arrays.stream(Receiver.Format.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(form.format()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("receiver " + name + " has format " + form.format()
                        + "; there are webhook, alertmanager, slack and pagerduty"));
        if (form.url() == null || !form.url().matches("https?://[^/].*")) {
            throw new IllegalArgumentException("receiver " + name + " needs a url, http or https");
        }
        if (format == Receiver.Format.PAGERDUTY && form.key() == null) {
            throw new IllegalArgumentException("receiver " + name + " needs a key: PagerDuty's routing key");
        }
        return new Receiver(name, format, URI.create(form.url()), form.key());
    }
}
