"""A stack of the suite's own: a folder and ports that nobody else has. Taken down at the end."""

import io
import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
import uuid
import venv
from pathlib import Path

import fastavro
import pytest
from confluent_kafka import Consumer, TopicPartition

import millrace
from millrace.config import Config

ROOT = Path(__file__).parents[2]


class Stack:
    def __init__(self, data):
        self.data = data
        self.properties = data / "client.properties"
        self._schemas = {}

    def cli(self, *arguments, status=0):
        """What a command of ./millrace prints; standard error where it is to fail."""
        done = subprocess.run(
            [str(ROOT / "millrace"), arguments[0], "--data", str(self.data), *arguments[1:]],
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout if status == 0 else done.stderr

    def config(self):
        return Config.read(self.properties)

    def connect(self):
        return millrace.connect(self.properties)

    def read(self, topic, key=None):
        """The events of a topic, or of one key of it, as a client that knows nothing of Millrace reads them."""
        consumer = Consumer(
            {
                **self.config().kafka(),
                "group.id": f"interop-{uuid.uuid4()}",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
            }
        )
        try:
            partitions = [
                TopicPartition(topic, number, 0)
                for number in consumer.list_topics(topic, timeout=30).topics[topic].partitions
            ]
            consumer.assign(partitions)
            events, ended = [], set()
            while len(ended) < len(partitions):
                for record in consumer.consume(5000, timeout=0.2):
                    if record.error():
                        ended.add(record.partition())
                    elif key is None or record.key() == key.encode():
                        events.append(self.decode(record.value()))
            return events
        finally:
            consumer.close()

    def decode(self, value):
        assert value[0] == 0
        number = int.from_bytes(value[1:5], "big")
        if number not in self._schemas:
            with urllib.request.urlopen(f"{self.config().registry_url}/schemas/ids/{number}", timeout=10) as answer:
                raw = json.loads(json.load(answer)["schema"])
            events = next(field for field in raw["fields"] if field["name"] == "payload")["type"]
            self._schemas[number] = fastavro.parse_schema(raw), [event["name"] for event in events]
        schema, names = self._schemas[number]
        event = fastavro.schemaless_reader(
            io.BytesIO(value[5:]), schema, None, return_record_name=True, return_record_name_override=True
        )
        # Where there is one event only, its name is not told with it.
        name, fields = event["payload"] if len(names) > 1 else (names[0], event["payload"])
        return {**event, "payload": (name.rpartition(".")[2], fields)}


def free_ports(names):
    sockets = [socket.socket() for _ in names]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return [f"--port={name}={port}" for name, port in zip(names, ports)]


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    data = tmp_path_factory.mktemp("stack")
    help_text = subprocess.run([str(ROOT / "millrace"), "up", "--help"], capture_output=True, text=True).stdout
    names = re.findall(r"([a-z-]+)=\d+", help_text.partition("--port")[2].partition("--services")[0])
    up = subprocess.run(
        [str(ROOT / "millrace"), "up", "--data", str(data), *free_ports(names)], capture_output=True, text=True
    )
    running = Stack(data)
    try:
        if up.returncode != 0:
            pytest.exit(f"no stack to test against: {up.stdout}{up.stderr}", returncode=1)
        yield running
    finally:
        subprocess.run([str(ROOT / "millrace"), "down", "--purge", "--data", str(data)], capture_output=True)


@pytest.fixture(scope="session")
def python_with():
    """A Python of its own that has the packages of a requirements file; the test is skipped where they can't be had."""

    def make(name, requirements):
        if sys.version_info < (3, 11):
            pytest.skip("the libraries to compare with need Python 3.11 or newer")
        folder = ROOT / "target" / "interop" / f"{name}-venv"
        made = folder / "bin" / "python"
        if not made.exists():
            venv.create(folder, with_pip=True)
        wanted = ["-m", "pip", "install", "--quiet", "-r", str(requirements)]
        if subprocess.run([str(made), *wanted], capture_output=True).returncode != 0:
            pytest.skip("the libraries to compare with could not be had from PyPI")
        return made

    return make


@pytest.fixture
def name():
    return f"it-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def python(stack):
    """Starts Python code as a process of its own, connected by its environment."""
    started = []

    def start(code, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env={
                **os.environ,
                "MILLRACE_CONFIG": str(stack.properties),
                "PYTHONPATH": str(ROOT / "clients" / "python" / "src"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
