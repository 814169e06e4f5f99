"""How long Evidently takes for what `./millrace bench monitor` measures: the same rows and features, by hand.

    target/interop/statistics-venv/bin/python tests/interop/bench_monitor.py

The suite makes that environment (`./millrace interop`); fixtures/monitor/requirements.txt is what it is made of. Evidently
is handed whole windows and compares values; the monitor counts each value as it comes, and compares counts.
"""

import argparse
import time

import numpy
import pandas
from evidently import Report
from evidently.presets import DataDriftPreset

REFERENCE = 10_000
CATEGORIES = 20


def rows(random, count, features):
    """Every fourth feature is a category, as in the bench that this stands beside."""
    return pandas.DataFrame(
        {
            f"f{i}": numpy.char.add("category-", random.integers(CATEGORIES, size=count).astype(str))
            if i % 4 == 3
            else random.exponential(size=count)
            for i in range(features)
        }
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=int, default=40)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--windows", type=int, default=5)
    parser.add_argument("--seed", type=int, default=42)
    asked = parser.parse_args()
    random = numpy.random.default_rng(asked.seed)
    reference = rows(random, REFERENCE, asked.features)
    Report([DataDriftPreset()]).run(rows(random, asked.rows, asked.features), reference)  # warms up
    times = []
    for _ in range(asked.windows):
        window = rows(random, asked.rows, asked.features)
        begun = time.perf_counter()
        Report([DataDriftPreset()]).run(window, reference).dict()
        times.append(time.perf_counter() - begun)
    median = sorted(times)[len(times) // 2]
    cells = asked.rows * asked.features
    print(
        f"Evidently: {asked.features} features, {asked.rows} rows a window, seed {asked.seed}: "
        f"{median * 1000:.0f} ms a window (median of {asked.windows}), {cells / median / 1e6:.2f} million cells a second"
    )


if __name__ == "__main__":
    main()
