"""MLflow's own client against a stack of the suite's own; and the table of what it can do, made of the results."""

import contextlib
import os
import re
import socket
import subprocess
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "mlflow-compatibility.md"


def free_ports(names):
    sockets = [socket.socket() for _ in names]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return [f"--port={name}={port}" for name, port in zip(names, ports)]


def properties(file):
    lines = (line.strip() for line in file.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@contextlib.contextmanager
def stack(data, environment):
    """A stack with a tracker and nothing else: its address, and a token."""
    millrace = str(ROOT / "millrace")
    help_text = subprocess.run([millrace, "up", "--help"], capture_output=True, text=True).stdout
    names = re.findall(r"([a-z-]+)=\d{4,5}\b", help_text)
    up = subprocess.run(
        [millrace, "up", "--data", str(data), "--services", "tracker", *free_ports(names)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        if up.returncode != 0:
            pytest.exit(f"no stack to test against: {up.stdout}{up.stderr}", returncode=1)
        settings = properties(data / "client.properties")
        token = settings.get("millrace.token") or Path(settings["millrace.token.file"]).read_text().strip()
        yield settings["millrace.tracker.url"], token
    finally:
        subprocess.run([millrace, "down", "--purge", "--data", str(data)], capture_output=True)


@pytest.fixture(scope="session")
def tracker(tmp_path_factory):
    """Points MLflow's client at a tracker, by its environment and nothing else."""
    with stack(tmp_path_factory.mktemp("stack"), {}) as (url, token):
        os.environ["MLFLOW_TRACKING_URI"] = url
        os.environ["MLFLOW_TRACKING_TOKEN"] = token
        os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
        import mlflow

        mlflow.set_tracking_uri(url)
        yield mlflow


@pytest.fixture
def s3(tmp_path, monkeypatch):
    """A bucket, and what shows who asks."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        _, port = server.get_host_and_port()
        client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}")
        client.create_bucket(Bucket="files")
        yield client
    finally:
        server.stop()


@pytest.fixture
def mlflow(tracker):
    tracker.set_experiment(f"it-{uuid.uuid4().hex[:12]}")
    yield tracker
    while tracker.active_run():
        tracker.end_run()


@pytest.fixture
def client(mlflow):
    return mlflow.MlflowClient()


@pytest.fixture
def name():
    return f"it-{uuid.uuid4().hex[:12]}"


def pytest_configure(config):
    config.addinivalue_line("markers", "calls(*names): calls of MLflow's client that the test makes")
    config.results = []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        for mark in item.iter_markers("calls"):
            item.config.results.append((report.passed, mark.args, item.function.__doc__ or item.name))


def pytest_sessionfinish(session):
    """With MILLRACE_RECORD=mlflow the table is written anew; otherwise it has to be what the results are."""
    results = session.config.results
    if not results or len(results) < session.testscollected:
        return
    import mlflow

    lines = [
        "# What MLflow's client can do here",
        "",
        "Written by the tests in `tests/mlflow`, which run MLflow's own Python client, unchanged, against the tracker:",
        "`MILLRACE_RECORD=mlflow ./millrace mlflow`. Each line is a test.",
        "",
        f"Client: mlflow {mlflow.__version__}.",
        "",
        "Not here: `logged-models/...`, by which clients of MLflow 3 log models. They are answered `ENDPOINT_NOT_FOUND`, with",
        "what to do instead: a logged model is a thing of its own beside runs and versions, of which the log has no events.",
        "",
        "| works | what | calls |",
        "|---|---|---|",
    ]
    for passed, calls, what in results:
        names = ", ".join(f"`{call}`" for call in calls)
        lines.append(f"| {'yes' if passed else 'no'} | {what.splitlines()[0].rstrip('.')} | {names} |")
    text = "\n".join(lines) + "\n"
    if os.environ.get("MILLRACE_RECORD") == "mlflow":
        TABLE.write_text(text)
    elif not TABLE.exists() or TABLE.read_text() != text:
        print(f"\n{TABLE.name} is not what these results are; MILLRACE_RECORD=mlflow writes it anew")
        session.exitstatus = 1
