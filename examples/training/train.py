"""Fits a line through points, for as many epochs as it is told; saves after each, and goes on where it was.

Needs nothing but Python. As a job: millrace submit examples/training/job.yaml --follow. Alone: python3 train.py
"""

import argparse
import json
import os
import random
import time

from millrace import job


def points(count, seed):
    """On y = 3x - 2, with noise."""
    chance = random.Random(seed)
    for _ in range(count):
        x = chance.uniform(-1, 1)
        yield x, 3 * x - 2 + chance.gauss(0, 0.1)


def save(path, state):
    """Whole or not at all: a process may be killed at any time."""
    with open(f"{path}.part", "w", encoding="utf-8") as file:
        json.dump(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{path}.part", path)


def load(start):
    if start is None:
        return {"epoch": 0, "slope": 0.0, "offset": 0.0}
    with open(start.path, encoding="utf-8") as file:
        return json.load(file)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--epochs", type=int, default=20)
    options.add_argument("--rate", type=float, default=0.02)
    options.add_argument("--pause", type=float, default=0.5, help="seconds an epoch takes at least")
    options = options.parse_args()

    me = job.current()
    stop = job.on_preempt()
    checkpoint = os.path.join(me.checkpoint_dir if me else ".", "line.json")
    start = job.resume()
    state = load(start)
    print(f"attempt {me.attempt if me else 1}, from epoch {state['epoch']}", flush=True)

    while state["epoch"] < options.epochs:
        began = time.monotonic()
        error = 0.0
        for x, y in points(1000, seed=state["epoch"]):
            off = state["slope"] * x + state["offset"] - y
            state["slope"] -= options.rate * off * x
            state["offset"] -= options.rate * off
            error += off * off / 1000
        state["epoch"] += 1
        save(checkpoint, state)
        job.checkpoint(checkpoint, state["epoch"])
        job.progress(state["epoch"] / options.epochs, state["epoch"])
        print(f"epoch {state['epoch']}: error {error:.4f}", flush=True)
        while not stop.is_set() and time.monotonic() - began < options.pause:
            time.sleep(0.02)
        if stop.is_set() and state["epoch"] < options.epochs:
            print(f"asked to stop, saved at epoch {state['epoch']}", flush=True)
            job.leave()

    print(f"y = {state['slope']:.2f}x {state['offset']:+.2f}", flush=True)


if __name__ == "__main__":
    main()
