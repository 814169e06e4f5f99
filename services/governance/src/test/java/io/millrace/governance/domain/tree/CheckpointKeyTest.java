package io.millrace.governance.domain.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CheckpointKeyTest {

    private static final TestKeys KEYS = TestKeys.make();
    private static final Checkpoint CHECKPOINT = new Checkpoint("log/one", 8, Hash.leaf(new byte[0]));

    @Test
    void shouldOpenWhatItSigned() {
        String note = KEYS.key().sign(CHECKPOINT, KEYS.privatePem());
        assertThat(note).startsWith("log/one\n8\n" + CHECKPOINT.root().base64() + "\n\n\u2014 log/one ");
        assertThat(KEYS.key().open(note)).isEqualTo(CHECKPOINT);
    }

    @Test
    void shouldOpenWhatOthersSignedToo() {
        String note = KEYS.key().sign(CHECKPOINT, KEYS.privatePem());
        int signatures = note.indexOf("\n\n") + 2;
        String cosigned = note.substring(0, signatures) + "\u2014 witness AAAAAAAA\n" + note.substring(signatures);
        assertThat(KEYS.key().open(cosigned)).isEqualTo(CHECKPOINT);
    }

    @Test
    void shouldRefuseAnothersSignatureAndAnotherText() {
        String note = KEYS.key().sign(CHECKPOINT, KEYS.privatePem());
        assertThatThrownBy(() -> TestKeys.make().key().open(note))
                .hasMessage("the checkpoint of log/one is not signed by this key");
        assertThatThrownBy(() -> KEYS.key().open(note.replace("\n8\n", "\n9\n")))
                .hasMessage("the checkpoint of log/one is not signed by this key");
        assertThatThrownBy(() -> KEYS.key().open("log/one\n8\n"))
                .hasMessage("a signed checkpoint is a text, an empty line, and signatures");
    }

    @Test
    void shouldRefuseKeysThatAreNoPair() {
        assertThatThrownBy(() -> KEYS.key().sign(CHECKPOINT, TestKeys.make().privatePem()))
                .hasMessage("the private key and the public key are no pair");
        assertThatThrownBy(() -> CheckpointKey.ofPem("key")).hasMessageContaining("BEGIN PUBLIC KEY");
    }

    /** The key that Go's package note is documented with. */
    @Test
    void shouldNameAKeyAsC2spDoes() {
        String published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        byte[] typed = Base64.getDecoder().decode(published.substring(published.lastIndexOf('+') + 1));
        byte[] head = HexFormat.of().parseHex("302a300506032b6570032100");
        byte[] encoded = Arrays.copyOf(head, head.length + Hash.BYTES);
        System.arraycopy(typed, 1, encoded, head.length, Hash.BYTES);
        assertThat(CheckpointKey.ofPem(TestKeys.pem("PUBLIC KEY", encoded)).verifierKey("PeterNeumann"))
                .isEqualTo(published);
    }
}
