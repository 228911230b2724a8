"""A cost on a wide stair: with one or two jumps in reach nothing can be told, so a right gradient is not WRONG."""

import numpy as np
import pytest

from gradlab import Verdict, check_gradients

SMOOTH = {
    "squares": (lambda t: np.sum(t**2), lambda t: 2 * t),
    "tanh": (lambda t: np.sum(np.tanh(1.3 * t)), lambda t: 1.3 / np.cosh(1.3 * t) ** 2),
    "exp": (lambda t: np.exp(-np.sum(t)), lambda t: np.full(t.shape, -np.exp(-np.sum(t)))),
    "log": (lambda t: np.sum(np.log1p(t * t)), lambda t: 2 * t / (1 + t * t)),
}
STAIRS = {"rounded": np.round, "cut off": np.floor, "counted up": np.ceil}


def jumps(cost, t):
    """Whether the cost differs between both sides of each entry, at 0.3, 1 or 3 times of it."""
    return all(
        any(cost(t + h * t[i] * e) != cost(t - h * t[i] * e) for h in (0.3, 1, 3))
        for i, e in enumerate(np.eye(t.size))
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", SMOOTH)
@pytest.mark.parametrize("way", STAIRS)
def test_a_right_gradient_is_not_wrong(kind, way):
    smooth, gradient = SMOOTH[kind]
    seen = []
    for seed in range(40):
        rng = np.random.default_rng([seed, len(kind), len(way)])
        t = rng.uniform(0.2, 2, rng.integers(1, 4))
        unit = 10.0 ** rng.uniform(-1.5, 0.7)

        def cost(x, unit=unit):
            return float(STAIRS[way](smooth(x) / unit) * unit)

        if jumps(cost, t):
            seen.append(check_gradients(cost, t, gradient(t)).verdict)
    assert len(seen) >= 5
    assert Verdict.WRONG not in seen


@pytest.mark.parametrize(
    "dead", [lambda t: 2.0, lambda t: 0.731 * float(np.cos(3)), lambda t: float(max(0, t[0] - 9))]
)
def test_a_cost_that_does_not_use_its_parameters_is_still_wrong(dead):
    assert check_gradients(dead, np.array([0.8, 1.5]), np.array([0.3, -2.0])).verdict is Verdict.WRONG


def test_a_flat_piece_beside_a_threshold_is_no_stair():
    def cost(t):
        return float(np.sum(np.maximum(t - 1.0, 0)))

    assert check_gradients(cost, np.array([0.8, 0.6]), np.ones(2)).verdict is Verdict.WRONG


@pytest.mark.parametrize("width", [1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize("there", [1.02, 1.2, 1.7, 3.5])
def test_a_plateau_before_something_steep_is_no_stair(width, there):
    t = np.ones(2)
    report = check_gradients(lambda t: float(np.sum(np.tanh((t - there) / width))), t, np.full(2, 0.7))
    assert report.verdict is Verdict.WRONG
    assert check_gradients(lambda t: float(np.sum(np.tanh((t - there) / width))), t, np.zeros(2)).verdict in (
        Verdict.UNTESTED,
        Verdict.AGREES,
    )
