"""Runs: what MLflow's client logs is there, and found again."""

import math
import time

import pytest


@pytest.mark.calls("set_experiment", "start_run", "log_param", "log_metric", "set_tag", "end_run", "get_run")
def test_quickstart(mlflow):
    """Quickstart: a run with params, metrics and tags."""
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_param("lr", 0.01)
        for step in range(5):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.set_tag("team", "vision")
    found = mlflow.get_run(run.info.run_id)
    assert found.info.status == "FINISHED"
    assert found.info.run_name == "first"
    assert found.data.params == {"lr": "0.01"}
    assert found.data.metrics == {"loss": 0.2}
    assert found.data.tags["team"] == "vision"


@pytest.mark.calls("log_params", "log_metrics", "set_tags", "delete_tag")
def test_batches(mlflow):
    """Many params, metrics and tags at once."""
    with mlflow.start_run() as run:
        mlflow.log_params({f"p{i}": i for i in range(150)})
        mlflow.log_metrics({f"m{i}": i for i in range(120)}, step=3)
        mlflow.set_tags({"a": "1", "b": "2"})
        mlflow.delete_tag("a")
    data = mlflow.get_run(run.info.run_id).data
    assert len(data.params) == 150
    assert len(data.metrics) == 120
    assert "a" not in data.tags and data.tags["b"] == "2"


@pytest.mark.calls("start_run(nested=True)", "search_runs")
def test_nested_runs(mlflow):
    """Nested runs."""
    with mlflow.start_run() as parent:
        children = []
        for depth in range(3):
            with mlflow.start_run(nested=True) as child:
                mlflow.log_param("depth", depth)
                children.append(child.info.run_id)
    found = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'", output_format="list"
    )
    assert {run.info.run_id for run in found} == set(children)


@pytest.mark.calls("MlflowClient.get_metric_history")
def test_history(mlflow, client):
    """The history of a metric, NaN and the infinities in it."""
    with mlflow.start_run() as run:
        for step, value in enumerate([1.0, math.nan, math.inf, -math.inf, 2.0]):
            mlflow.log_metric("m", value, step=step)
    history = client.get_metric_history(run.info.run_id, "m")
    assert [metric.step for metric in history] == [0, 1, 2, 3, 4]
    assert history[0].value == 1.0 and math.isnan(history[1].value)


@pytest.mark.calls("search_runs(filter_string, order_by)", "MlflowClient.search_runs(page_token)")
def test_search(mlflow, client):
    """Search by metric, param, tag and attribute, ordered and page by page."""
    for i in range(7):
        with mlflow.start_run(run_name=f"run {i}"):
            mlflow.log_param("parity", "even" if i % 2 == 0 else "odd")
            mlflow.log_metric("acc", i / 10)
            mlflow.set_tag("spacey name", f"v{i}")

    def names(text, **more):
        return [run.info.run_name for run in mlflow.search_runs(filter_string=text, output_format="list", **more)]

    assert names("metrics.acc > 0.35 and params.parity = 'even'", order_by=["metrics.acc DESC"]) == ["run 6", "run 4"]
    assert names("tags.`spacey name` LIKE 'v_' and attributes.status = 'FINISHED'", max_results=2) == ["run 6", "run 5"]
    assert names("metrics.acc < 0.15 OR metrics.acc > 0.55", order_by=["metrics.acc"]) == ["run 0", "run 1", "run 6"]
    experiment = mlflow.get_experiment_by_name(mlflow.get_experiment(run_experiment(mlflow)).name)
    found, token = [], None
    while True:
        page = client.search_runs([experiment.experiment_id], max_results=3, page_token=token, order_by=["metrics.acc"])
        found += [run.info.run_name for run in page]
        token = page.token
        if not token:
            break
    assert found == [f"run {i}" for i in range(7)]
    with pytest.raises(mlflow.MlflowException, match="Invalid clause"):
        names("metrics.acc >")


def run_experiment(mlflow):
    return mlflow.search_runs(output_format="list", max_results=1)[0].info.experiment_id


@pytest.mark.calls("create_experiment", "get_experiment_by_name", "search_experiments", "delete_experiment",
                   "MlflowClient.restore_experiment", "MlflowClient.rename_experiment", "set_experiment_tag")
def test_experiments(mlflow, client, name):
    """Experiments: made, found, renamed, deleted and restored."""
    made = mlflow.create_experiment(name, tags={"a": "b"})
    assert mlflow.get_experiment_by_name(name).experiment_id == made
    client.set_experiment_tag(made, "c", "d")
    client.rename_experiment(made, name + "-new")
    assert client.get_experiment(made).tags == {"a": "b", "c": "d"}
    assert [e.experiment_id for e in mlflow.search_experiments(filter_string=f"name = '{name}-new'")] == [made]
    mlflow.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"
    with pytest.raises(mlflow.MlflowException, match="RESOURCE_ALREADY_EXISTS|already exists"):
        mlflow.create_experiment(name + "-new")


@pytest.mark.calls("delete_run", "MlflowClient.restore_run", "MlflowClient.set_terminated", "MlflowClient.update_run")
def test_a_run_goes_and_comes_back(mlflow, client):
    """A run is ended, renamed, deleted and restored."""
    run = mlflow.start_run()
    client.set_terminated(run.info.run_id, "KILLED")
    mlflow.end_run("KILLED")
    client.update_run(run.info.run_id, name="other")
    mlflow.delete_run(run.info.run_id)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    client.restore_run(run.info.run_id)
    info = client.get_run(run.info.run_id).info
    assert (info.lifecycle_stage, info.status, info.run_name) == ("active", "KILLED", "other")


@pytest.mark.calls("log_param (changed)", "log_param (too long)", "get_run (unknown)", "set_tag (unicode)")
def test_mistakes(mlflow, client):
    """What can't be is refused, with MLflow's words."""
    with mlflow.start_run() as run:
        mlflow.log_param("p", 1)
        mlflow.log_param("p", 1)
        with pytest.raises(mlflow.MlflowException, match="Changing param values is not allowed"):
            mlflow.log_param("p", 2)
        with pytest.raises(mlflow.MlflowException, match="exceeds the maximum length|exceeded length limit"):
            client.log_param(run.info.run_id, "k" * 251, 1)
        mlflow.set_tag("名前", "ключ 😀")
    assert mlflow.get_run(run.info.run_id).data.tags["名前"] == "ключ 😀"
    with pytest.raises(mlflow.MlflowException, match="RESOURCE_DOES_NOT_EXIST|not found"):
        mlflow.get_run("0" * 32)


@pytest.mark.calls("log_input", "data.from_numpy")
def test_data_sets(mlflow):
    """Data sets that a run reads."""
    import numpy

    with mlflow.start_run() as run:
        mlflow.log_input(mlflow.data.from_numpy(numpy.eye(3), name="eye"), context="training")
    found = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert [(one.dataset.name, one.tags[0].value) for one in found] == [("eye", "training")]
    assert len(mlflow.search_runs(filter_string="datasets.name = 'eye'", output_format="list")) == 1


@pytest.mark.calls("log_artifact", "log_artifacts", "log_text", "log_dict", "artifacts.list_artifacts",
                   "artifacts.download_artifacts", "artifacts.load_text", "ArtifactRepository.delete_artifacts")
def test_artifacts(mlflow, client, tmp_path):
    """Files of a run: sent, listed, fetched, removed."""
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "weights.bin").write_bytes(bytes(range(256)) * 4096)
    with mlflow.start_run() as run:
        mlflow.log_text("hello ☃", "notes/hello.txt")
        mlflow.log_dict({"a": [1, 2]}, "a.json")
        mlflow.log_artifacts(str(tmp_path / "f"), "model")
    uri = run.info.artifact_uri
    assert [(file.path, file.is_dir) for file in client.list_artifacts(run.info.run_id)] == [
        ("a.json", False), ("model", True), ("notes", True)]
    assert [(file.path, file.file_size) for file in client.list_artifacts(run.info.run_id, "model")] == [
        ("model/weights.bin", 1 << 20)]
    assert mlflow.artifacts.load_text(uri + "/notes/hello.txt") == "hello ☃"
    fetched = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="model", dst_path=str(tmp_path))
    with open(fetched + "/weights.bin", "rb") as file:
        assert file.read() == (tmp_path / "f" / "weights.bin").read_bytes()
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    get_artifact_repository(uri).delete_artifacts("model")
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["a.json", "notes"]
    assert client.list_artifacts(run.info.run_id, "model") == []


@pytest.mark.calls("log_metric (8 threads)")
def test_many_at_once(mlflow, client):
    """Many threads log into a run while others search."""
    from concurrent.futures import ThreadPoolExecutor

    with mlflow.start_run() as run:
        run_id = run.info.run_id
        with ThreadPoolExecutor(12) as threads:
            done = [threads.submit(client.log_metric, run_id, f"m{i % 8}", i, int(time.time() * 1000), i) for i in range(160)]
            done += [threads.submit(client.search_runs, [run.info.experiment_id], "metrics.m0 >= 0") for _ in range(40)]
            for one in done:
                one.result()
    assert sum(len(client.get_metric_history(run_id, f"m{i}")) for i in range(8)) == 160
