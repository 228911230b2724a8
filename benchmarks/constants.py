"""What half and twice of every constant of the checker would do: false alarms, misses, evaluations.

    python -m benchmarks.constants               constants that are new, or have another value than in the record
    python -m benchmarks.constants --all         all of them (half an hour)
    python -m benchmarks.constants SAFETY SEEN   these

The costs are those of `hard` and `costs`, at seeds that no constant was tuned on. Each is checked with its right
gradient and with spoiled ones, at steps that are chosen and at a fixed one, networks along directions too. Then the
numeric gradient of each, and derivatives of one variable, are compared with the truth.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import gradlab
from benchmarks import costs, hard, spoils
from benchmarks.derivatives import CASES
from benchmarks.records import read
from benchmarks.tuned import Value, found, varied
from gradlab import constants

RECORD = Path(__file__).parent / "constants.json"
FIRST_SEED = 7100  # nothing was tuned on these
WAYS = ("a block × 1.01", "one entry, sign flipped", "one entry + 10 %", "all × 1.0001")
BY_HAND = (1.0001, 1.1, -1.0)  # times a gradient in closed form
HARDEST = ("relu, 6 layers", "max-pool", "oscillating", "1e6 beside 1e-6", "float32")
Asked = tuple[dict[str, Any], ...]
BY_ENTRY: Asked = ({}, {"step": 1e-5})


def measured(name: str = "", value: Value | None = None, seeds: int = 1, most: int | None = None) -> dict[str, Any]:
    """Verdicts on all costs, or `most` of each list of them, and what they took, with this constant at this value."""
    before = getattr(constants, name) if name else None
    if name:
        setattr(constants, name, value)
    try:
        counts: Counter[str] = Counter()
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            for kind in islice(hard.KINDS, most):
                counts.update(_hard(kind, seed))
            for kind in islice(hard.SMOOTH, most):
                counts.update(_numeric(kind, seed))
        for kind in islice(HARDEST, most):
            counts.update(_network(kind, FIRST_SEED))
        for function in islice(CASES.values(), most):
            counts.update(_derivative(*function))
    except gradlab.GradlabError as error:  # half may be too little for any table
        return {"refused": str(error)}
    finally:
        if name:
            setattr(constants, name, before)
    return dict(sorted(counts.items()))


def _numeric(kind: str, seed: int) -> Counter[str]:
    cost, params, right = hard.KINDS[kind](np.random.default_rng(seed))
    answer = gradlab.numeric_gradient(cost, params)
    parts = [(answer.values, answer.bounds, right)]
    if isinstance(right, dict):
        parts = [(answer.values[name], answer.bounds[name], right[name]) for name in right]
    beyond = sum(int(np.sum(np.abs(value - true) > error)) for value, error, true in parts)
    entries = sum(np.size(true) for _, _, true in parts)
    return Counter({"slopes": entries, "slopes beyond their bound": beyond, "evaluations": answer.evaluations})


def _derivative(f: Any, x: float, true: float) -> Counter[str]:
    answer = gradlab.derivative(f, x)
    beyond = int(abs(answer.value - true) > answer.error)
    return Counter({"slopes": 1, "slopes beyond their bound": beyond, "evaluations": answer.evaluations})


def _hard(kind: str, seed: int) -> Counter[str]:
    cost, params, right = hard.KINDS[kind](np.random.default_rng(seed))
    parts = right if isinstance(right, dict) else {"": right}
    counts: Counter[str] = Counter()
    for factor in (1.0, *BY_HAND):
        if factor == 1.0 and kind in hard.BROKEN:
            continue  # no gradient is right
        grads = {part: factor * g for part, g in parts.items()}
        counts.update(
            _counted(cost, params, grads if isinstance(right, dict) else grads[""], right, BY_ENTRY, factor == 1.0)
        )
    return counts


def _network(kind: str, seed: int) -> Counter[str]:
    cost, params, right = costs.case(kind, seed)
    ways = (*BY_ENTRY, {"directions": 3})
    counts = _counted(cost, params, right, right, ways, True)
    for way in WAYS:
        wrong = spoils.spoiled(way, right, params, seed)
        if wrong is not None and not (kind == "float32" and way in ("all × 1.0001", "a block × 1.01")):
            counts.update(_counted(cost, params, wrong, right, ways, False))
    return counts


def _counted(cost: Any, params: Any, grads: Any, right: Any, ways: Asked, is_right: bool) -> Counter[str]:
    """What became of one gradient, in each way to ask."""
    counts: Counter[str] = Counter()
    for asked in ways:
        report = gradlab.check_gradients(cost, params, grads, rng=0, **asked)
        counts["evaluations"] += report.evaluations
        verdict = report.verdict.value
        if is_right:
            counts["right"] += 1
            counts["right, called wrong"] += verdict == "WRONG"
            counts["right, left open"] += verdict in ("UNDECIDED", "UNTESTED")
        else:
            counts["spoiled"] += 1
            counts["spoiled, left open"] += verdict in ("UNDECIDED", "UNTESTED")
            unseen = "directions" not in asked and _within_bounds(report, grads, right)
            counts["spoiled, passed"] += verdict == "AGREES" and not unseen
    return counts


def _within_bounds(report: Any, grads: Any, right: Any) -> bool:
    """The report says itself that it could not see this: the mistake is smaller than its bounds."""
    mine, true = ((g if isinstance(g, dict) else dict.fromkeys(report.blocks, g)) for g in (grads, right))
    return all(
        bool(np.all((np.abs(mine[name] - true[name]) <= 3 * block.bound) | (block.reason == "kink")))
        for name, block in report.blocks.items()
    )


def stored(value: Value) -> Any:
    """As JSON gives it back."""
    return json.loads(json.dumps(value))


def _job(task: tuple[str, Value | None, int]) -> dict[str, Any]:
    return measured(*task)


def main(words: list[str]) -> None:
    """Measure, and write the record that the site shows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(words)
    old = read("constants") if RECORD.exists() and not options.all else {}
    known = found()
    chosen = [c for c in known if c.name in options.names or old.get(c.name, {}).get("value") != stored(c.value)]
    tasks: list[tuple[str, Value | None, int]] = [("", None, options.seeds)]
    tasks += [(c.name, value, options.seeds) for c in chosen for value in varied(c).values()]
    with ProcessPoolExecutor(options.processes) as pool:
        results = iter(pool.map(_job, tasks))
        today = datetime.now(UTC).date().isoformat()
        normal = next(results)  # beside each constant: the package may change before the next one is measured
        record: dict[str, Any] = {}
        for constant in known:
            if constant in chosen:
                print(constant.name, constant.value, file=sys.stderr, flush=True)
                changed = {way: next(results) for way in varied(constant)}
                head = {"value": stored(constant.value), "date": today, "seeds": options.seeds}
                record[constant.name] = head | {"as it is": normal} | changed
            else:
                record[constant.name] = old[constant.name]
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
