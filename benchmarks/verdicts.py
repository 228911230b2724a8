"""Who is right: every checker on every kind of cost, correct and spoiled.

    python -m benchmarks.verdicts --seeds 20

One row a kind and seed: the correct gradient (autograd's) and every way to spoil it that changes anything.
A false alarm is a correct gradient called wrong; a miss is a spoiled one called right.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from pathlib import Path

import numpy as np

import gradlab
from benchmarks.costs import KINDS, case
from benchmarks.peers import PEERS, Answer
from benchmarks.spoils import SPOILS, spoiled

RECORD = Path(__file__).parent / "verdicts.json"
FIRST_SEED = 3000  # none of these was seen while the checker was written
# What float32 can tell ends at about three digits: smaller errors are left out for every checker alike.
TOO_SMALL_FOR_FLOAT32 = {"a block × 1.001", "all × 1.0001", "one entry + 1 %", "decay of 1e-4 missing"}


def judge(kind: str, seed: int) -> Iterator[tuple[str, str, Answer, int, float]]:
    """(way to spoil or "correct", checker, answer, evaluations, seconds) for one cost."""
    cost, params, truth = case(kind, seed)
    parameters = gradlab.Parameters(params)
    calls = 0

    def flat(theta: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        return float(cost(parameters.like(np.asarray(theta, dtype=parameters.theta.dtype))))

    for way in ["correct", *SPOILS]:
        if kind == "float32" and way in TOO_SMALL_FOR_FLOAT32:
            continue
        grads = truth if way == "correct" else spoiled(way, truth, params, seed)
        if grads is None:
            continue
        began = time.perf_counter()
        report = gradlab.check_gradients(cost, params, grads)
        answer = {"WRONG": False, "UNDECIDED": None, "UNTESTED": None, "AGREES": True}[report.verdict.value]
        yield way, "gradlab", answer, report.evaluations, time.perf_counter() - began
        theta, gradient = parameters.theta.copy(), parameters.flatten(grads)
        for name, check in PEERS.items():
            calls, began = 0, time.perf_counter()
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                answer = check(flat, theta.copy(), gradient.copy(), seed)
            yield way, name, answer, calls, time.perf_counter() - began


def _job(task: tuple[str, int]) -> list[tuple[str, str, str, Answer, int, float]]:
    kind, seed = task
    return [(kind, *row) for row in judge(kind, seed)]


def main() -> None:
    """Run, print, and write the record that the site shows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    tasks = list(product(options.kinds, range(FIRST_SEED, FIRST_SEED + options.seeds)))
    with ProcessPoolExecutor(options.processes) as pool:
        rows = [row for part in pool.map(_job, tasks) for row in part]
    record = {
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": options.seeds,
        "versions": _versions(),
        "kinds": {kind: _summary([r for r in rows if r[0] == kind]) for kind in options.kinds},
        "ways": {way: _ways([r for r in rows if r[1] == way]) for way in ["correct", *SPOILS]},
        "all": _summary(rows),
    }
    show(record)
    if options.kinds == list(KINDS):
        RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _summary(rows: list) -> dict[str, dict[str, float]]:
    """By checker: correct gradients, false alarms, spoiled ones, misses, undecided; cost of a correct one."""
    table = {}
    for name in ["gradlab", *PEERS]:
        mine = [r for r in rows if r[2] == name]
        right, wrong = [r for r in mine if r[1] == "correct"], [r for r in mine if r[1] != "correct"]
        table[name] = {
            "correct": len(right),
            "false alarms": sum(r[3] is False for r in right),
            "spoiled": len(wrong),
            "misses": sum(r[3] is True for r in wrong),
            "undecided": sum(r[3] is None for r in mine),
            "evaluations": float(np.median([r[4] for r in right])) if right else 0.0,
            "milliseconds": round(1e3 * float(np.median([r[5] for r in right])), 2) if right else 0.0,
        }
    return table


def _ways(rows: list) -> dict[str, dict[str, int]]:
    """By checker: how often this gradient was called right, wrong or undecided."""
    counts = Counter((r[2], r[3]) for r in rows)
    return {
        name: {"right": counts[name, True], "wrong": counts[name, False], "undecided": counts[name, None]}
        for name in ["gradlab", *PEERS]
    }


def show(record: dict) -> None:
    """The tables, in plain text."""
    for title, table in [("all kinds", record["all"]), *record["kinds"].items()]:
        print(f"\n{title}")
        for name, row in table.items():
            print(
                f"  {name:<21} false alarms {row['false alarms']:>4} of {row['correct']:<4} "
                f"misses {row['misses']:>5} of {row['spoiled']:<5} undecided {row['undecided']:>3}  "
                f"evaluations {row['evaluations']:>7.0f}  {row['milliseconds']:>8.1f} ms"
            )
    print("\ncalled right, by way to spoil")
    for way, table in record["ways"].items():
        print(f"  {way:<28}" + "".join(f" {name} {row['right']}" for name, row in table.items()))


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("numpy", "scipy", "torch", "jax", "autograd", "gradlab-check"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


if __name__ == "__main__":
    main()
