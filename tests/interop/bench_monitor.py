"""How long Evidently takes for what `./millrace bench monitor` measures: the same table, the same statistics.

    ./millrace bench monitor --table target/bench-table
    target/interop/statistics-venv/bin/python tests/interop/bench_monitor.py target/bench-table

The suite makes that environment (`./millrace interop`); fixtures/monitor/requirements.txt is what it is made of. Evidently
is handed whole windows and compares values; the monitor counts each value as it comes, and compares counts.
"""

import argparse
import pathlib
import time

import pandas
from evidently import Report
from evidently.metrics import ValueDrift

OF_NUMBERS = ["psi", "ks", "jensenshannon", "wasserstein"]
OF_CATEGORIES = ["psi", "chisquare", "jensenshannon"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=pathlib.Path, help="folder of reference.csv and window.csv")
    parser.add_argument("--windows", type=int, default=5)
    asked = parser.parse_args()
    reference = pandas.read_csv(asked.table / "reference.csv")
    window = pandas.read_csv(asked.table / "window.csv")
    statistics = [
        ValueDrift(column=column, method=method)
        for column in window.columns
        for method in (OF_NUMBERS if pandas.api.types.is_numeric_dtype(window[column]) else OF_CATEGORIES)
    ]
    times = []
    for _ in range(asked.windows + 1):
        begun = time.perf_counter()
        Report(statistics).run(window, reference).dict()
        times.append(time.perf_counter() - begun)
    median = sorted(times[1:])[asked.windows // 2]  # the first one warms up
    rows, features = window.shape
    print(
        f"Evidently: {features} features, {rows} rows a window, {len(statistics)} statistics: "
        f"{median * 1000:.0f} ms a window (median of {asked.windows}), "
        f"{rows * features / median / 1e6:.2f} million cells a second"
    )


if __name__ == "__main__":
    main()
