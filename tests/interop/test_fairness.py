"""What ./millrace fairness says of people is what Fairlearn says; Hugging Face's own library reads the cards."""

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="module")
def python(python_with):
    return python_with("fairness", FIXTURES / "fairness" / "requirements.txt")


def run(python, *arguments):
    done = subprocess.run([str(python), *map(str, arguments)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_fixtures_are_what_fairlearn_says(python):
    run(python, FIXTURES / "fairness" / "make.py", "--check")


@pytest.mark.parametrize(
    "file, attributes",
    [
        ("adult.csv.gz", ["sex"]),
        ("adult.csv.gz", ["race"]),
        ("adult.csv.gz", ["race", "sex"]),
        ("german.csv.gz", ["sex"]),
        ("german.csv.gz", ["age", "sex"]),
    ],
)
def test_figures_are_fairlearns(python, tmp_path, file, attributes):
    decisions = FIXTURES / "fairness" / file
    said = subprocess.run(
        [
            str(ROOT / "millrace"),
            "fairness",
            str(decisions),
            "--label=label",
            "--prediction=prediction",
            f"--group={','.join(attributes)}",
            "--intersections",
            "--min-group=1",
            "--json=-",
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )
    ours = json.loads(said.stdout)
    theirs = json.loads(run(python, FIXTURES / "fairness" / "make.py", "--of", decisions, *attributes))
    of_these = [group for group in ours["groups"] if list(group["group"]) == attributes]
    assert [list(group["group"].values()) for group in of_these] == [group["values"] for group in theirs["groups"]]
    for group, same in zip(of_these, theirs["groups"]):
        for rate in same.keys() - {"values"}:
            assert group[rate]["value"] == pytest.approx(same[rate], abs=1e-12), (same["values"], rate)
    findings = {f["criterion"]: f["value"] for f in ours["findings"] if f["attributes"] == attributes}
    assert len(findings) == 5
    for criterion, value in findings.items():
        assert value == pytest.approx(theirs[criterion], abs=1e-12), criterion


def test_the_hub_reads_our_cards(python):
    said = json.loads(run(python, FIXTURES / "cards" / "read.py"))
    model = said["model"]
    assert model["license"] == "apache-2.0"
    assert model["tags"] == ["digits", "a: b"]
    assert model["pipeline_tag"] == "tabular-classification"
    assert model["datasets"] == ["digits-train"]
    assert [(r["dataset_name"], r["metric_type"], r["metric_value"]) for r in said["results"]] == [
        ("digits-held: out", "accuracy", 0.91237),
        ("in service until 2026-03-08T00:00:00Z", "accuracy", 0.875),
    ]
    assert said["dataset"]["license"] == "other"
    assert said["dataset"]["license_name"] == "my-own-license"
    assert said["dataset"]["pretty_name"] == "digits-train"
