import pytest

from millrace.config import Config, parse
from millrace.errors import MillraceError

PROPERTIES = r"""
# what up writes
bootstrap.servers=127.0.0.1:29092
security.protocol=SASL_PLAINTEXT
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="users" password="a=\\"b";
schema.registry.url=http://127.0.0.1:28081/apis/ccompat/v7/
millrace.schema.cache=/data/schema-cache
millrace.pools=a=0,b=3
"""


def config(tmp_path, text=PROPERTIES):
    file = tmp_path / "client.properties"
    file.write_text(text)
    return Config.read(file)


def test_gives_librdkafka_what_the_file_says_to_java(tmp_path):
    assert config(tmp_path).kafka() == {
        "bootstrap.servers": "127.0.0.1:29092",
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "users",
        "sasl.password": 'a="b',
    }
    assert config(tmp_path).registry_url == "http://127.0.0.1:28081/apis/ccompat/v7"


def test_takes_what_is_said_to_librdkafka_first(tmp_path):
    kafka = config(tmp_path, PROPERTIES + "sasl.username=ada\nsasl.password=x\n").kafka()
    assert (kafka["sasl.username"], kafka["sasl.password"]) == ("ada", "x")


def test_believes_whom_the_file_names(tmp_path):
    text = PROPERTIES + "ssl.truststore.type=PEM\nssl.truststore.location=/data/ca.crt\n"
    assert config(tmp_path, text).kafka()["ssl.ca.location"] == "/data/ca.crt"
    assert config(tmp_path).authority is None


def test_says_what_is_missing(tmp_path, monkeypatch):
    with pytest.raises(MillraceError, match="there is no .*none; 'millrace up' writes it"):
        Config.read(tmp_path / "none")
    with pytest.raises(MillraceError, match="does not say bootstrap.servers"):
        config(tmp_path, "a=b\n").kafka()
    monkeypatch.delenv("MILLRACE_CONFIG", raising=False)
    with pytest.raises(MillraceError, match="in MILLRACE_CONFIG"):
        Config.read()
    config(tmp_path)
    monkeypatch.setenv("MILLRACE_CONFIG", str(tmp_path / "client.properties"))
    assert Config.read().require("millrace.pools") == "a=0,b=3"


def test_reads_javas_properties():
    text = "# c\n! c\n\n a = 1\nb:2\nc 3\nd\\=e=f\\\\g\nh=\\u00e9\\n\ni=one\\\n   two\nj=\n"
    expected = {"a": "1", "b": "2", "c": "3", "d=e": "f\\g", "h": "é\n", "i": "onetwo", "j": ""}
    assert parse(text) == expected
