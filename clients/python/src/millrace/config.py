"""How a client reaches Millrace: the properties file that `millrace up` writes, and nothing else."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Optional, Union

from .errors import MillraceError

VARIABLE = "MILLRACE_CONFIG"

# What the file says to Java clients, who say it in a way of their own.
_JAVA_ONLY = re.compile(r"(sasl\.jaas\.config|ssl\.(truststore|keystore)\..*|.*\.class)$")


class Config:
    def __init__(self, file: Path, properties: dict[str, str]):
        self.file = file
        self.properties = properties

    @staticmethod
    def read(file: Union[str, Path, None] = None) -> Config:
        """Reads a file, or the one that the environment variable MILLRACE_CONFIG names."""
        if file is None:
            file = os.environ.get(VARIABLE, "").strip()
            if not file:
                raise MillraceError(f"name the client.properties that 'millrace up' wrote in {VARIABLE}")
        path = Path(file)
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise MillraceError(f"there is no {path}; 'millrace up' writes it into its data folder") from None
        except OSError as e:
            raise MillraceError(f"can't read {path}: {e.strerror}") from None
        return Config(path, parse(text))

    def require(self, name: str) -> str:
        value = self.properties.get(name, "").strip()
        if not value:
            raise MillraceError(f"{self.file} does not say {name}; 'millrace up' writes it")
        return value

    @property
    def registry_url(self) -> str:
        """Base address of the schema registry's Confluent API."""
        return self.require("schema.registry.url").rstrip("/")

    @property
    def authority(self) -> Optional[str]:
        """File with the certificates that servers are known by; None for those of the machine."""
        if "ssl.ca.location" in self.properties:
            return self.properties["ssl.ca.location"]
        if self.properties.get("ssl.truststore.type", "").upper() == "PEM":
            return self.properties.get("ssl.truststore.location")
        return None

    def kafka(self) -> dict[str, str]:
        """What librdkafka is given."""
        self.require("bootstrap.servers")
        kafka = {
            name: value
            for name, value in self.properties.items()
            if not name.startswith(("millrace.", "schema.registry.")) and not _JAVA_ONLY.match(name)
        }
        login = self.properties.get("sasl.jaas.config", "")
        for name in ("username", "password"):
            said = re.search(rf'\b{name}\s*=\s*"((?:[^"\\]|\\.)*)"', login)
            if said and f"sasl.{name}" not in kafka:
                kafka[f"sasl.{name}"] = re.sub(r"\\(.)", r"\1", said.group(1))
        if kafka.get("ssl.endpoint.identification.algorithm") == "":
            kafka["ssl.endpoint.identification.algorithm"] = "none"
        if self.authority:
            kafka["ssl.ca.location"] = self.authority
        return kafka


def parse(text: str) -> dict[str, str]:
    """Java's properties, as far as they are written here: `name=value`, comments, lines that go on, escapes."""
    properties = {}
    for line in re.sub(r"\\\n\s*", "", text.replace("\r\n", "\n")).split("\n"):
        line = line.lstrip()
        if not line or line[0] in "#!":
            continue
        name, value = re.match(r"((?:[^=:\s\\]|\\.)*)\s*[=:\s]?\s*(.*)", line).groups()
        properties[_unescaped(name)] = _unescaped(value)
    return properties


def _unescaped(text: str) -> str:
    def one(escape: re.Match) -> str:
        if escape.group(1):
            return chr(int(escape.group(1), 16))
        return {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}.get(escape.group(2), escape.group(2))

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", one, text)
