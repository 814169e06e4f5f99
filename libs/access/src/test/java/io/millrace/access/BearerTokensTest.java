package io.millrace.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class BearerTokensTest {

    @Test
    void shouldKnowWhoseATokenIs() throws NoSuchAlgorithmException {
        BearerTokens tokens = new BearerTokens(
                List.of("ada=admin=" + sha256("secret of ada"), " bob=user=" + sha256("of bob") + " "));

        assertThat(tokens.holderOf("secret of ada")).isEqualTo(new BearerTokens.Holder("ada", Role.ADMIN));
        assertThat(tokens.holderOf("of bob")).isEqualTo(new BearerTokens.Holder("bob", Role.USER));
        assertThat(tokens.holderOf("of nobody")).isNull();
        assertThat(tokens.holderOf(sha256("secret of ada"))).isNull();
    }

    @Test
    void shouldNameAMistakeAndKeepTheRestToItself() {
        assertThatThrownBy(() -> new BearerTokens(List.of("ada=admin=abc")))
                .hasMessage("millrace.tokens: each is PRINCIPAL=ROLE=SHA-256 of the token, in hex");
        assertThatThrownBy(() -> new BearerTokens(List.of("ada=admin")))
                .hasMessageStartingWith("millrace.tokens: ")
                .hasMessageNotContaining("ada");
        assertThatThrownBy(() -> new BearerTokens(List.of("ada=chief=" + "00".repeat(32))))
                .hasMessage("millrace.tokens: a role is viewer, user, manager or admin, not 'chief'");
    }

    private static String sha256(String token) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    }
}
