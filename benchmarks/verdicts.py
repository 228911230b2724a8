"""Who is right: every checker on every kind of cost, correct and spoiled.

    python -m benchmarks.verdicts --seeds 20

One row a kind and seed: the correct gradient (autograd's) and every way to spoil it that changes anything.
A false alarm is a correct gradient called wrong; a miss is a spoiled one called right, if values of the cost can show
that it is wrong at all (see `benchmarks.oracle`). The usual kinds of `benchmarks.costs` and the hard ones of
`benchmarks.hard` are counted apart.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

import gradlab
from benchmarks import costs, hard
from benchmarks.oracle import told
from benchmarks.peers import PEERS, Answer
from benchmarks.spoils import SPOILS, Grads, spoiled

RECORD = Path(__file__).parent / "verdicts.json"
FIRST_SEED = 3000  # none of these was seen while the checker was written
# What float32 can tell ends at about three digits: smaller errors are left out for every checker alike.
TOO_SMALL_FOR_FLOAT32 = {"a block × 1.001", "all × 1.0001", "one entry + 1 %", "decay of 1e-4 missing"}


SLOW = {"jax check_grads"}  # it compiles every cost anew, and takes as long as all others together
CHECKERS = ["gradlab", *PEERS]
GRADLAB: dict[str, Answer] = {"WRONG": False, "UNDECIDED": None, "UNTESTED": None, "AGREES": True}
CORRECT, NONE = "correct", "no derivative"
LISTS = {"kinds": costs.KINDS, "hard": hard.KINDS, "untold": hard.UNTOLD}


@dataclass(frozen=True)
class Ruling:
    """One answer of one checker. `told` is False if no values of the cost show a spoiled gradient to be wrong."""

    kind: str
    way: str
    told: bool
    checker: str
    answer: Answer
    evaluations: int
    seconds: float
    raised: bool = False  # an exception came in place of an answer


def judge(kind: str, seed: int, *, slow: bool = True) -> Iterator[Ruling]:
    """What every checker says to one cost, with its right gradient and with every spoiled one."""
    case = costs.case if kind in costs.KINDS else hard.case
    yield from judged(kind, case(kind, seed), seed, slow=slow)


def judged(
    kind: str,
    case: Any,
    seed: int,
    *,
    slow: bool = True,
    kinked: bool | None = None,
    ways: Sequence[str] = tuple(SPOILS),
) -> Iterator[Ruling]:
    """The same of a cost that was made already, from (cost, params, right gradient), spoiled in these ways."""
    cost, params, truth = case
    at_a_kink = kind in hard.KINKED if kinked is None else kinked
    parameters = gradlab.Parameters(params)
    calls = 0

    def flat(theta: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        return float(cost(parameters.like(np.asarray(theta, dtype=parameters.theta.dtype))))

    def counting(p: Any) -> float:
        nonlocal calls
        calls += 1
        return cost(p)

    for way, grads in _gradients(kind, truth, params, seed, ways):
        gradient = parameters.flatten(grads)
        shown = way in (CORRECT, NONE) or kind in costs.KINDS
        shown = shown or told(flat, parameters.theta.copy(), parameters.flatten(truth), gradient, kinked=at_a_kink)
        for name in CHECKERS:
            if name in SLOW and not slow:
                continue
            calls, began, raised, answer = 0, time.perf_counter(), False, None
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                try:
                    if name == "gradlab":
                        answer = GRADLAB[gradlab.check_gradients(counting, params, grads).verdict.value]
                    else:
                        answer = PEERS[name](flat, parameters.theta.copy(), gradient.copy(), seed)
                except Exception:  # noqa: BLE001 - whatever it is, it is no answer
                    raised = True
            yield Ruling(kind, way, shown, name, answer, calls, time.perf_counter() - began, raised)


def _gradients(kind: str, truth: Grads, params: Grads, seed: int, ways: Sequence[str]) -> Iterator[tuple[str, Grads]]:
    """The right gradient, and every spoiled one; of a cost without derivative, the gradient of its smooth part."""
    yield NONE if kind in hard.BROKEN else CORRECT, truth
    for way in () if kind in hard.BROKEN else ways:
        if kind == "float32" and way in TOO_SMALL_FOR_FLOAT32:
            continue
        if (bad := spoiled(way, truth, params, seed)) is not None:
            yield way, bad


def _job(task: tuple[int, str, bool]) -> list[Ruling]:
    seed, kind, slow = task
    return list(judge(kind, seed, slow=slow))


def main() -> None:
    """Run, print, and write the record that the site shows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--slow-seeds", type=int, default=2, help="how many of these for checkers that take long")
    parser.add_argument("--kinds", nargs="*", help="some kinds only; then no record is written")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    every = [kind for kinds in LISTS.values() for kind in kinds]
    tasks = [
        (FIRST_SEED + i, kind, i < options.slow_seeds)
        for i, kind in product(range(options.seeds), options.kinds or every)
    ]
    with ProcessPoolExecutor(options.processes) as pool:
        rows = [row for part in pool.map(_job, tasks) for row in part]
    record: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": options.seeds,
        "slow seeds": options.slow_seeds,
        "versions": versions(),
    }
    for name, kinds in LISTS.items():
        mine = [r for r in rows if r.kind in kinds]
        record[name] = {k: summary(some) for k in kinds if (some := [r for r in mine if r.kind == k])}
        record["all" if name == "kinds" else f"all {name}"] = summary(mine)
    usual = [r for r in rows if r.kind in costs.KINDS]
    record["ways"] = {way: _ways([r for r in usual if r.way == way]) for way in [CORRECT, *SPOILS]}
    show(record)
    if not options.kinds:
        RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def summary(rows: Sequence[Ruling]) -> dict[str, dict[str, float]]:
    """By checker: correct gradients, false alarms, spoiled ones, misses, undecided, exceptions; its cost.

    `untold` are spoiled ones that no values of the cost show to be wrong; whoever calls them right makes no miss.
    """
    table = {}
    for name in CHECKERS:
        mine = [r for r in rows if r.checker == name]
        right, wrong = [r for r in mine if r.way == CORRECT], [r for r in mine if r.way != CORRECT and r.told]
        table[name] = {
            "correct": len(right),
            "false alarms": sum(r.answer is False for r in right),
            "spoiled": len(wrong),
            "misses": sum(r.answer is True for r in wrong),
            "untold": sum(not r.told for r in mine),
            "untold, right": sum(not r.told and r.answer is True for r in mine),
            "undecided": sum(r.answer is None and not r.raised for r in [*right, *wrong]),
            "undecided, correct": sum(r.answer is None and not r.raised for r in right),
            "raised": sum(r.raised for r in mine),
            "evaluations": float(np.median([r.evaluations for r in right])) if right else 0.0,
            "milliseconds": round(1e3 * float(np.median([r.seconds for r in right])), 2) if right else 0.0,
        }
    return table


def _ways(rows: Sequence[Ruling]) -> dict[str, dict[str, int]]:
    """By checker: how often this gradient was called right, wrong or undecided."""
    counts = Counter((r.checker, r.answer) for r in rows)
    return {
        name: {"right": counts[name, True], "wrong": counts[name, False], "undecided": counts[name, None]}
        for name in CHECKERS
    }


def show(record: dict) -> None:
    """The tables, in plain text."""
    tables = [(key, record[key]) for key in ("all", "all hard", "all untold")]
    for title, table in [*tables, *(pair for name in LISTS for pair in record[name].items())]:
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


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("numpy", "scipy", "torch", "jax", "autograd", "gradlab-check"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


if __name__ == "__main__":
    main()
