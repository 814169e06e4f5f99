"""Events as bytes: Confluent's wire format, with the newest schema that the registry has of each topic."""

from __future__ import annotations

import io
import json
import ssl
import threading
import urllib.error
import urllib.request
from typing import Any, Optional

import fastavro

from .errors import MillraceError

_TIMEOUT_S = 3


class RegistryUnavailable(MillraceError):
    """The registry does not answer; it may later."""


class Schema:
    """The schema of a topic, as the registry numbers it."""

    def __init__(self, number: int, text: str):
        self._header = b"\0" + number.to_bytes(4, "big")
        raw = json.loads(text)
        self._parsed = fastavro.parse_schema(raw)
        payload = next(field for field in raw["fields"] if field["name"] == "payload")
        self._events = {event["name"]: {"namespace": raw["namespace"], **event} for event in payload["type"]}
        self._namespace = raw["namespace"]

    def encode(self, event: dict) -> bytes:
        """event["payload"] is (name of the event, its fields)."""
        name, fields = event["payload"]
        if name not in self._events:
            raise MillraceError(f"the registry's schema has no {name}; update the stack")
        out = io.BytesIO()
        out.write(self._header)
        value = {**event, "payload": (f"{self._namespace}.{name}", fields)}
        try:
            fastavro.schemaless_writer(out, self._parsed, value)
        except (TypeError, ValueError, KeyError, OverflowError) as e:
            raise MillraceError(f"{name} can't be written: {e}") from e
        return out.getvalue()

    def encode_event(self, name: str, fields: dict) -> bytes:
        """An event alone, without what goes around it, maps in the order of their keys."""
        out = io.BytesIO()
        try:
            fastavro.schemaless_writer(out, fastavro.parse_schema(self._events[name]), _ordered(fields))
        except (TypeError, ValueError, KeyError, OverflowError) as e:
            raise MillraceError(f"{name} can't be written: {e}") from e
        return out.getvalue()


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


class Registry:
    """Asks once for each topic. Thread safe."""

    def __init__(self, url: str, authority: Optional[str] = None):
        self._url = url
        self._tls = ssl.create_default_context(cafile=authority) if url.startswith("https:") else None
        self._schemas: dict[str, Schema] = {}
        self._lock = threading.Lock()

    def of(self, topic: str) -> Schema:
        with self._lock:
            if topic not in self._schemas:
                answer = self._ask(f"/subjects/{topic}-value/versions/latest")
                self._schemas[topic] = Schema(answer["id"], answer["schema"])
            return self._schemas[topic]

    def _ask(self, path: str) -> dict:
        request = urllib.request.Request(self._url + path, headers={"Accept": "application/vnd.schemaregistry.v1+json"})
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S, context=self._tls) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as e:
            if e.code == 404:
                raise MillraceError(f"the registry at {self._url} has nothing at {path}; is it Millrace's?") from e
            raise RegistryUnavailable(f"schema registry {self._url} answers {e.code}") from e
        except (OSError, ValueError) as e:
            raise RegistryUnavailable(f"schema registry {self._url} does not answer") from e
