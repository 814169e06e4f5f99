package io.millrace.access;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** Who may ask a service. People whom an OpenID provider knows are told of by {@code quarkus.oidc}. */
@ConfigMapping(prefix = "millrace")
public interface AccessConfig {

    /**
     * Who may ask over HTTP, and as what: {@code PRINCIPAL=ROLE=SHA-256 of the token in hex}; none without. The tokens
     * themselves stay with those who have them.
     */
    Optional<List<String>> tokens();
}
