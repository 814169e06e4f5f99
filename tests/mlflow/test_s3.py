"""Files of runs in S3."""

import os

import pytest
from conftest import stack


def keys(bucket):
    return sorted((each["Key"], each["Size"]) for each in bucket.list_objects_v2(Bucket="files").get("Contents", []))


@pytest.mark.calls("log_artifact", "log_artifacts", "list_artifacts", "download_artifacts", "sklearn.log_model",
                   "sklearn.load_model", "delete of artifacts")
def test_files_in_s3(mlflow, s3, tmp_path, monkeypatch):
    """Files of runs lie in S3, where the tracker is told so."""
    place = {
        "MILLRACE_TRACKER_ARTIFACTS_PLACE": "s3://files/all/runs",
        "MILLRACE_TRACKER_ARTIFACTS_ENDPOINT": s3.meta.endpoint_url,
    }
    big = os.urandom(3_000_000)
    folder = tmp_path / "out"
    (folder / "deep").mkdir(parents=True)
    (folder / "big.bin").write_bytes(big)
    (folder / "deep" / "a b.txt").write_text("hello")
    (folder / "empty").write_bytes(b"")
    elsewhere = mlflow.get_tracking_uri()
    with stack(tmp_path / "stack", place) as (url, token):
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", token)
        mlflow.set_tracking_uri(url)
        try:
            check(mlflow, s3, folder, big, tmp_path)
        finally:
            mlflow.set_tracking_uri(elsewhere)


def check(mlflow, s3, folder, big, tmp_path):
    from sklearn.datasets import load_iris
    from sklearn.tree import DecisionTreeClassifier

    mlflow.set_experiment("in S3")
    features, labels = load_iris(return_X_y=True)
    tree = DecisionTreeClassifier(random_state=1).fit(features, labels)
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(folder), "out")
        mlflow.log_artifact(str(folder / "deep" / "a b.txt"))
        mlflow.sklearn.log_model(tree, "model", pip_requirements=[])
    client = mlflow.MlflowClient()
    assert [(each.path, each.is_dir, each.file_size) for each in client.list_artifacts(run.info.run_id, "out")] == [
        ("out/big.bin", False, 3_000_000), ("out/deep", True, None), ("out/empty", False, 0)]
    got = client.download_artifacts(run.info.run_id, "out", str(tmp_path))
    with open(os.path.join(got, "big.bin"), "rb") as file:
        assert file.read() == big
    with open(os.path.join(got, "deep", "a b.txt")) as file:
        assert file.read() == "hello"
    again = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
    assert (again.predict(features) == tree.predict(features)).all()
    stored = keys(s3)
    assert all(key.startswith("all/runs/") for key, _ in stored)
    assert ("hello", 5) in [(s3.get_object(Bucket="files", Key=key)["Body"].read().decode(), size)
                            for key, size in stored if key.endswith("a b.txt")]

    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    get_artifact_repository(run.info.artifact_uri).delete_artifacts("out")
    assert client.list_artifacts(run.info.run_id, "out") == []
    assert not [key for key, _ in keys(s3) if "/out/" in key]
