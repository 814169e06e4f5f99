"""Models: logged, registered, named and loaded again."""

import pytest


@pytest.mark.calls("sklearn.autolog")
def test_autolog(mlflow):
    """scikit-learn's autologging."""
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    mlflow.sklearn.autolog(log_models=False, silent=True)
    try:
        with mlflow.start_run() as run:
            LogisticRegression(max_iter=300, C=0.5).fit(*load_iris(return_X_y=True))
    finally:
        mlflow.sklearn.autolog(disable=True)
    data = mlflow.get_run(run.info.run_id).data
    assert data.params["C"] == "0.5"
    assert data.metrics["training_accuracy_score"] > 0.9


@pytest.mark.calls("sklearn.log_model", "pyfunc.load_model", "register_model", "sklearn.load_model (by alias)")
def test_a_model(mlflow, client, name):
    """A model is logged, registered, named by an alias and loaded again."""
    from sklearn.datasets import load_iris
    from sklearn.tree import DecisionTreeClassifier

    features, labels = load_iris(return_X_y=True)
    tree = DecisionTreeClassifier(random_state=1).fit(features, labels)
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(tree, "model", pip_requirements=[])
    loaded = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    assert (loaded.predict(features) == tree.predict(features)).all()
    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
    client.set_registered_model_alias(name, "champion", version.version)
    again = mlflow.sklearn.load_model(f"models:/{name}@champion")
    assert (again.predict(features) == tree.predict(features)).all()


@pytest.mark.calls("MlflowClient.create_registered_model", "create_model_version", "set_registered_model_alias",
                   "get_model_version_by_alias", "delete_registered_model_alias", "transition_model_version_stage",
                   "get_latest_versions", "set_model_version_tag", "search_model_versions", "search_registered_models",
                   "update_model_version", "rename_registered_model", "delete_model_version", "delete_registered_model")
def test_registry(mlflow, client, name):
    """The model registry: versions, aliases, stages, tags, search."""
    client.create_registered_model(name, tags={"kind": "vision"}, description="reads digits")
    first = client.create_model_version(name, "place/1", run_id="0123", tags={"a": "b"})
    client.create_model_version(name, "place/2")
    assert (first.version, first.current_stage, first.run_id) in [("1", "None", "0123"), (1, "None", "0123")]
    client.set_registered_model_alias(name, "champion", "1")
    client.set_registered_model_alias(name, "champion", "2")
    assert str(client.get_model_version_by_alias(name, "champion").version) == "2"
    assert client.get_registered_model(name).aliases == {"champion": "2"}
    client.delete_registered_model_alias(name, "champion")
    client.transition_model_version_stage(name, "1", "Production")
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
    assert {(str(v.version), v.current_stage) for v in client.get_latest_versions(name)} == {
        ("1", "Archived"), ("2", "Production")}
    client.set_model_version_tag(name, "2", "c", "d")
    client.update_model_version(name, "2", description="better")
    found = client.search_model_versions(f"name = '{name}' and tags.c = 'd'")
    assert [(str(v.version), v.description) for v in found] == [("2", "better")]
    assert [m.name for m in client.search_registered_models(f"name LIKE '{name[:-2]}%'")] == [name]
    client.rename_registered_model(name, name + "-new")
    client.delete_model_version(name + "-new", "1")
    assert client.get_model_version_download_uri(name + "-new", "2") == "place/2"
    with pytest.raises(mlflow.MlflowException, match="not found"):
        client.get_model_version(name + "-new", "1")
    client.delete_registered_model(name + "-new")
    with pytest.raises(mlflow.MlflowException, match="not found"):
        client.get_registered_model(name)
