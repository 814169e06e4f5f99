"""The statistics that the monitor is tested against are still what SciPy, Evidently, River and scikit-learn say."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "interop" / "fixtures" / "monitor"
VENV = ROOT / "target" / "interop" / "statistics-venv"


@pytest.fixture(scope="module")
def python():
    if sys.version_info < (3, 11):
        pytest.skip("the libraries to compare with need Python 3.11 or newer")
    made = VENV / "bin" / "python"
    if not made.exists():
        venv.create(VENV, with_pip=True)
    wanted = ["-m", "pip", "install", "--quiet", "-r", str(FIXTURES / "requirements.txt")]
    if subprocess.run([str(made), *wanted], capture_output=True).returncode != 0:
        pytest.skip("the libraries to compare with could not be had from PyPI")
    return made


def test_fixtures_are_what_the_libraries_say(python):
    checked = subprocess.run(
        [str(python), str(FIXTURES / "make.py"), "--check"], capture_output=True, text=True, timeout=600
    )
    assert checked.returncode == 0, checked.stderr
