package io.millrace.access;

import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.quarkus.vertx.http.runtime.security.HttpCredentialTransport;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Knows people by their bearer tokens. What is no token of ours is left to OpenID Connect, where that is configured. */
@ApplicationScoped
public class TokenMechanism implements HttpAuthenticationMechanism {

    /** How somebody was authenticated, as events say it: an attribute of his identity. */
    public static final String METHOD = "method";

    private static final String SCHEME = "Bearer ";
    private static final int UNAUTHORIZED = 401;

    /** More than that of OpenID Connect, 1 by default; of equals any may be asked first. */
    private static final int BEFORE_OPENID = 100;

    private final BearerTokens tokens;

    TokenMechanism(AccessConfig config) {
        tokens = new BearerTokens(config.tokens().orElse(List.of()));
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Uni.createFrom().optional(Optional.empty());
        }
        BearerTokens.Holder holder =
                tokens.holderOf(header.substring(SCHEME.length()).strip());
        if (holder == null) {
            return Uni.createFrom().optional(Optional.empty());
        }
        return Uni.createFrom()
                .item(QuarkusSecurityIdentity.builder()
                        .setPrincipal(new QuarkusPrincipal(holder.principal()))
                        .addRoles(Role.including(Set.of(holder.role().text())))
                        .addAttribute(METHOD, "token")
                        .build());
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(UNAUTHORIZED, "WWW-Authenticate", "Bearer"));
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of();
    }

    @Override
    public Uni<HttpCredentialTransport> getCredentialTransport(RoutingContext context) {
        return Uni.createFrom().item(new HttpCredentialTransport(HttpCredentialTransport.Type.AUTHORIZATION, "bearer"));
    }

    /** Before OpenID Connect, which would fail a token that it does not know. */
    @Override
    public int getPriority() {
        return HttpAuthenticationMechanism.DEFAULT_PRIORITY + BEFORE_OPENID;
    }
}
