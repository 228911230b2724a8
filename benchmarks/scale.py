"""What checks cost as the number of parameters grows, beside SciPy, PyTorch and JAX, all in one run.

    python -m benchmarks.scale
    python -m benchmarks.scale --memory      # that part of the record alone: seconds

Every figure is a number of bare evaluations: processor time of the check over that of one evaluation of the same
cost, in the framework that is checked, timed before and after it. Needs what `make frameworks` installs; minutes.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import gradlab

RECORD = Path(__file__).with_suffix(".json")
SIZES = (10**3, 10**4, 10**5, 10**6, 10**7)
ENTRYWISE = 10**4  # entries up to which every entry is moved: it takes n² operations
DIRECTIONS = 10
BARE = 5  # evaluations before a check and after it, whose median is the unit


def cost(theta: np.ndarray) -> float:
    """The sum of tanh: cheap, so that what a checker adds shows."""
    return float(np.sum(np.tanh(theta)))


def stacked(theta: np.ndarray) -> np.ndarray:
    """The same at K points at once."""
    return np.asarray(np.sum(np.tanh(theta), axis=-1))


def slope(theta: np.ndarray) -> np.ndarray:
    """Its gradient."""
    return np.asarray(1 - np.tanh(theta) ** 2)


def in_evaluations(check: Callable[[], Any], bare: Callable[[], Any]) -> float:
    """Processor time of the check, of all its threads, over that of one bare evaluation."""

    def seconds(call: Callable[[], Any], times: int = 1) -> float:
        began = time.process_time()
        for _ in range(times):
            call()
        return (time.process_time() - began) / times

    times = max(1, int(0.02 / max(seconds(bare), 1e-6)))  # long enough for the clock
    before = [seconds(bare, times) for _ in range(BARE)]
    taken = seconds(check)
    return taken / statistics.median(before + [seconds(bare, times) for _ in range(BARE)])


def checks(n: int) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    """Name, check and bare evaluation; each has to find the right gradient right."""
    theta = np.random.default_rng(0).standard_normal(n)
    single = theta.astype(np.float32)

    def ours(function: Callable[..., Any], at: np.ndarray, **options: Any) -> tuple[Callable[[], Any], ...]:
        return lambda: gradlab.assert_gradients(function, at, slope, **options), lambda: cost(at)

    if n <= ENTRYWISE:
        yield "gradlab, every entry", *ours(cost, theta)
        yield "gradlab, vectorized", *ours(stacked, theta, vectorized=True)
        yield "gradlab, two threads", *ours(cost, theta, workers=2)
    yield f"gradlab, {DIRECTIONS} directions", *ours(cost, theta, directions=DIRECTIONS)
    yield f"gradlab, {DIRECTIONS} directions, float32", *ours(cost, single, directions=DIRECTIONS)
    yield from _peers(n, theta)


def _peers(n: int, theta: np.ndarray) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    import jax
    import scipy.optimize
    import torch
    from jax.test_util import check_grads

    torch.set_num_threads(1)
    tensor = torch.tensor(theta, requires_grad=True)

    def by_torch(x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(x).sum()

    def torch_bare() -> float:
        with torch.no_grad():
            return float(by_torch(tensor))

    def by_jax(x: Any) -> Any:
        return jax.numpy.tanh(x).sum()

    if n <= ENTRYWISE:
        yield "scipy approx_fprime", lambda: scipy.optimize.approx_fprime(theta, cost), lambda: cost(theta)
        yield "scipy check_grad", lambda: scipy.optimize.check_grad(cost, slope, theta), lambda: cost(theta)
        yield "torch gradcheck", lambda: torch.autograd.gradcheck(by_torch, tensor), torch_bare
    yield "torch gradcheck, fast", lambda: torch.autograd.gradcheck(by_torch, tensor, fast_mode=True), torch_bare
    with jax.enable_x64(True):
        array = jax.numpy.asarray(theta)
        yield "JAX check_grads", lambda: check_grads(by_jax, (array,), order=1), lambda: float(by_jax(array))


def memory(n: int) -> dict[str, float]:
    """Peaks beside theta, as multiples of it: of one cost and one gradient alone, and of checks along directions.

    A check's peak holds theirs: what gradlab itself needs is the rest.
    """
    theta = np.random.default_rng(0).standard_normal(n)

    def square(t: np.ndarray) -> float:
        return float(np.vdot(t, t))

    def twice(t: np.ndarray) -> np.ndarray:
        return 2 * t

    def peak(call: Callable[[], Any]) -> float:
        tracemalloc.start()
        call()
        found = tracemalloc.get_traced_memory()[1] / theta.nbytes
        tracemalloc.stop()
        return found

    given = twice(theta)

    def check(gradient: Any) -> float:
        return peak(lambda: gradlab.assert_gradients(square, theta, gradient, directions=DIRECTIONS))

    check(given)  # what is loaded at the first call is none of it
    return {
        "the cost alone": peak(lambda: square(theta)),
        "the gradient alone": peak(lambda: twice(theta)),
        "a check, gradient an array": check(given),
        "a check, gradient a function": check(twice),
    }


def memories() -> dict[str, dict[str, float]]:
    """By the number of entries."""
    found = {str(n): memory(n) for n in SIZES}
    for n, row in found.items():
        print(f"n = {int(n):10,} {', '.join(f'{name} {share:.2f}' for name, share in row.items())} x theta")
    return found


def main(only_memory: bool) -> None:
    """Measure, print, and write the record that the site shows."""
    if only_memory:
        record = json.loads(RECORD.read_text(encoding="utf-8")) | {"memory": memories()}
        RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        return
    rows: dict[str, dict[str, float]] = {}
    for n in SIZES:
        for name, check, bare in checks(n):
            rows.setdefault(name, {})[str(n)] = in_evaluations(check, bare)
            print(f"n = {n:10,} {name:32} {rows[name][str(n)]:12,.1f} bare evaluations", flush=True)
    record = {"date": datetime.now(UTC).date().isoformat(), "evaluations": rows, "memory": memories()}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main("--memory" in sys.argv[1:])
