package io.millrace.access;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Gives who comes by OpenID Connect the roles that his include. */
@ApplicationScoped
public class IncludedRoles implements SecurityIdentityAugmentor {

    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        return Uni.createFrom()
                .item(
                        identity.isAnonymous()
                                ? identity
                                : QuarkusSecurityIdentity.builder(identity)
                                        .addRoles(Role.including(identity.getRoles()))
                                        .addAttribute(TokenMechanism.METHOD, "oidc")
                                        .build());
    }
}
