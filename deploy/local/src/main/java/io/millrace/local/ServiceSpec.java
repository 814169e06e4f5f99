package io.millrace.local;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/**
 * One service of the stack.
 *
 * @param name also the name of its port and of its log
 * @param jar what {@code java -jar} runs
 * @param environment what only this service is told
 * @param encrypted whether it is asked over TLS
 */
record ServiceSpec(String name, Path jar, int port, Map<String, String> environment, boolean encrypted) {

    String url() {
        return (encrypted ? "https" : "http") + "://127.0.0.1:" + port;
    }

    URI health() {
        return URI.create(url() + "/q/health");
    }
}
