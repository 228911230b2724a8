"""Beside the edge of its domain a cost rounds what is left of 1: bounds hold there, and right gradients agree."""

import math

import numpy as np
import pytest

from gradlab import Verdict, check_gradients, numeric_gradient


def alone(x):
    """1 − x² with no digit lost: 1 − x is exact for x near 1 (Sterbenz)."""
    return (1 - x) * (1 + x)


def left(q):
    """1 − Σq, rounded once."""
    return math.fsum([1, *-q])


ALONE = {
    "log(1 − x²)": (lambda x: float(np.sum(np.log(1 - x**2))), lambda x: -2 * x / alone(x)),
    "√(1 − x²)": (lambda x: float(np.sum(np.sqrt(1 - x**2))), lambda x: -x / np.sqrt(alone(x))),
    "arccos": (lambda x: float(np.sum(np.arccos(x))), lambda x: -1 / np.sqrt(alone(x))),
    "artanh": (lambda x: float(np.sum(np.arctanh(x))), lambda x: 1 / alone(x)),
    "1/(1 − x)": (lambda x: float(np.sum(1 / (1 - x))), lambda x: 1 / (1 - x) ** 2),
    "(1 − x)^0.3": (lambda x: float(np.sum((1 - x) ** 0.3)), lambda x: -0.3 / (1 - x) ** 0.7),
}
SHARED = {
    "log(1 − Σq)": (lambda q: float(np.log(1 - q.sum())), lambda q: np.full(q.shape, -1 / left(q))),
    "1/(1 − Σq)": (lambda q: float(1 / (1 - q.sum())), lambda q: np.full(q.shape, left(q) ** -2)),
    "entropy": (
        lambda q: float(-np.sum(q * np.log(q)) - (1 - q.sum()) * np.log(1 - q.sum())),
        lambda q: np.log(left(q)) - np.log(q),
    ),
}


def places(kind, seed):
    rng = np.random.default_rng([seed, *kind.encode()])
    if kind in ALONE:
        return 1 - 10.0 ** -rng.uniform(1, 9, rng.integers(1, 5))
    q = rng.dirichlet(np.ones(rng.integers(2, 6)))
    return q * (1 - 10.0 ** -rng.uniform(2, 8))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALONE | SHARED)
def test_bounds_hold_and_right_gradients_agree(kind):
    cost, gradient = (ALONE | SHARED)[kind]
    for seed in range(25):
        x = places(kind, seed)
        right = gradient(x)
        found = numeric_gradient(cost, x)
        assert np.all(np.abs(found.values - right) <= found.bounds + 1e-15 * np.abs(right)), seed
        assert check_gradients(cost, x, right).ok, seed
        assert check_gradients(cost, x, 1.001 * right).verdict is Verdict.WRONG, seed
