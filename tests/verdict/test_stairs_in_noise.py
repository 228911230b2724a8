"""A cost that jumps, in float32: where noise hides the slope of one piece, the mean over many is not taken for it."""

import numpy as np
import pytest

from gradlab import Verdict, check_gradients


def days(rng):
    """Interest by whole days."""
    payments = rng.uniform(50, 150, 5)

    def cost(p):
        whole = np.floor(365 * p["t"])
        return np.sum(payments * np.exp(-p["rate"][0] * whole / 365)) / 100 + np.sum((p["t"] - 1) ** 2)

    def grads(p):
        years = np.floor(365 * p["t"]) / 365
        return {
            "rate": np.array([np.sum(-years * payments * np.exp(-p["rate"][0] * years) / 100)]),
            "t": 2 * (p["t"] - 1),
        }

    return cost, {"rate": np.array([0.05]), "t": inside(rng, 365, 5)}, grads


def inside(rng, stairs, n):
    """Numbers that stand well inside of a stair."""
    return (np.floor(stairs * rng.uniform(0.5, 2, n)) + rng.uniform(0.2, 0.8, n)) / stairs


def climbing(stairs):
    """So many stairs a unit, and a sine on them."""

    def made(rng):
        heights = rng.uniform(0.5, 2, 4) / stairs
        params = {"x": inside(rng, stairs, 4)}
        return (
            lambda p: np.sum(heights * np.floor(stairs * p["x"])) + np.sum(np.sin(p["x"])),
            params,
            lambda p: {"x": np.cos(p["x"])},
        )

    return made


def taxes(rng):
    return (
        lambda p: np.sum(0.2 * p["income"] + 0.001 * np.floor(p["income"] * 50)),
        {"income": inside(rng, 50, 4)},
        lambda p: {"income": np.full(4, 0.2)},
    )


def looked_up(rng):
    table = 0.01 * rng.standard_normal(300)
    return (
        lambda p: np.sum(table[(100 * p["x"]).astype(int)]) + np.sum(p["x"] ** 3),
        {"x": inside(rng, 100, 3)},
        lambda p: {"x": 3 * p["x"] ** 2},
    )


COSTS = {
    "days": days,
    "30 stairs": climbing(30),
    "300 stairs": climbing(300),
    "3000 stairs": climbing(3000),
    "taxes": taxes,
    "looked up": looked_up,
}


def in_single(p):
    return {name: value.astype(np.float32) for name, value in p.items()}


def of_single_params(cost, params):
    return cost, in_single(params)


def single_inside(cost, params):
    return (lambda p: float(np.float32(cost(in_single(p))))), params


def single_value(cost, params):
    return (lambda p: float(np.float32(cost(p)))), params


WAYS = (of_single_params, single_inside, single_value)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", COSTS)
def test_a_right_gradient_is_not_called_wrong(name, way):
    seen = []
    for seed in range(12):
        cost, params, grads = COSTS[name](np.random.default_rng([seed, len(name)]))
        right = grads(params)
        cost, params = way(cost, params)
        seen.append(check_gradients(cost, params, right, edits=False).verdict)
    assert Verdict.WRONG not in seen


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("times", [-1.0, 0.0, 2.0])
@pytest.mark.parametrize("name", ["30 stairs", "300 stairs", "taxes"])
def test_a_wrong_one_does_not_pass(name, times, way):
    for seed in range(4):
        cost, params, grads = COSTS[name](np.random.default_rng([seed, len(name)]))
        wrong = {key: times * value for key, value in grads(params).items()}
        cost, params = way(cost, params)
        assert check_gradients(cost, params, wrong, edits=False).verdict in (Verdict.WRONG, Verdict.UNDECIDED)


@pytest.mark.parametrize("digits", [3, 5])
def test_a_rounded_cost_without_other_stairs_is_judged_as_before(digits):
    seen = []
    for seed in range(20):
        x = np.random.default_rng(seed).uniform(0.3, 1.5, 4)
        seen.append(check_gradients(lambda x: round(float(np.sum(x**2)), digits), x, -2 * x, edits=False).verdict)
    assert Verdict.AGREES not in seen
    assert seen.count(Verdict.WRONG) >= 18
