"""The statistics that the monitor is tested against are still what SciPy, Evidently, River and scikit-learn say."""

import subprocess
from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures" / "monitor"


def test_fixtures_are_what_the_libraries_say(python_with):
    python = python_with("statistics", FIXTURES / "requirements.txt")
    checked = subprocess.run(
        [str(python), str(FIXTURES / "make.py"), "--check"], capture_output=True, text=True, timeout=600
    )
    assert checked.returncode == 0, checked.stderr
