"""What a check costs: seconds beside 2n evaluations of the bare cost, all in one run.

    python -m benchmarks.speed

The machine may be noisy: each figure is the median of paired runs, printed as a ratio.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import gradlab
from benchmarks.costs import dense, logistic, logits
from benchmarks.peers import Flat, Vector, scipy_check_grad, torch_gradcheck
from gradlab.precision import relative_difference

RECORD = Path(__file__).parent / "speed.json"


def network(sizes: list[int], m: int = 32) -> tuple[Callable, dict, dict]:
    """A tanh network; its gradient comes from autograd."""
    import autograd
    import autograd.numpy

    rng = np.random.default_rng(0)
    params, X = dense(sizes, rng), rng.standard_normal((sizes[0], m))
    Y = rng.integers(2, size=(sizes[-1], m)).astype(float)
    truth = autograd.grad(lambda p: logistic(autograd.numpy, logits(autograd.numpy, p, X, autograd.numpy.tanh), Y))
    return (lambda p: logistic(np, logits(np, p, X, np.tanh), Y)), params, truth(params)


def naive_loop(cost: Flat, theta: Vector, grad: Vector, seed: int) -> float:
    """The course's loop: copies of theta, one component moved."""
    numeric = np.zeros_like(theta)
    for i in range(theta.size):
        plus, minus = theta.copy(), theta.copy()
        plus[i] += 1e-7
        minus[i] -= 1e-7
        numeric[i] = (cost(plus) - cost(minus)) / 2e-7
    return relative_difference(grad, numeric)


def ratios(sizes: list[int], repeats: int, peers: dict[str, Callable]) -> dict[str, float]:
    """Median ratio of each checker's seconds to those of 2n bare evaluations next to it."""
    cost, params, truth = network(sizes)
    parameters = gradlab.Parameters(params)
    theta, grad = parameters.theta.copy(), parameters.flatten(truth)

    def flat(point: Vector) -> float:
        return float(cost(parameters.like(np.asarray(point))))

    def bare() -> None:
        for _ in range(2 * theta.size):
            cost(params)

    jobs = {"gradlab": lambda: gradlab.check_gradients(cost, params, truth)}
    jobs |= {name: lambda check=check: check(flat, theta.copy(), grad.copy(), 0) for name, check in peers.items()}
    return {
        name: round(float(np.median([_seconds(job) / _seconds(bare) for _ in range(repeats)])), 2)
        for name, job in jobs.items()
    } | {"n": theta.size}


def _seconds(job: Callable[[], object]) -> float:
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def main() -> None:
    """Measure, print and record."""
    small = {"naive loop": naive_loop, "scipy check_grad": scipy_check_grad, "torch gradcheck": torch_gradcheck}
    large = {"naive loop": naive_loop, "scipy check_grad": scipy_check_grad}
    table = [ratios([20, 20, 3], 5, small), ratios([64, 80, 13], 5, large)]
    for row in table:
        print(f"\nn = {row['n']}: seconds as a multiple of 2n bare evaluations")
        for name, ratio in row.items():
            if name != "n":
                print(f"  {name:<20} {ratio:.2f}")
    RECORD.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
