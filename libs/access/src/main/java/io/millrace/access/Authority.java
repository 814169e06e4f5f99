package io.millrace.access;

import io.quarkus.security.identity.SecurityIdentity;
import org.jspecify.annotations.Nullable;

/**
 * On whose word something is written.
 *
 * @param actor as events name it: {@code user:NAME}, or {@code deployment}
 * @param method how the actor proved to be it; null for the deployment
 */
public record Authority(String actor, @Nullable String method) {

    /** Who put the deployment's files where they lie. */
    public static final Authority DEPLOYMENT = new Authority("deployment", null);

    /** Who asks over HTTP. */
    public static Authority of(SecurityIdentity identity) {
        return new Authority("user:" + identity.getPrincipal().getName(), identity.getAttribute(TokenMechanism.METHOD));
    }

    /** @throws IllegalStateException when nobody was authenticated */
    public String requireMethod() {
        if (method == null) {
            throw new IllegalStateException(actor + " was not authenticated");
        }
        return method;
    }
}
