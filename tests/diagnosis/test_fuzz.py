"""No rule fails, whatever shapes it is shown, and every gradient that is off gets words; a right one gets none."""

import warnings

import numpy as np
import pytest

from benchmarks import hard
from gradlab import Verdict, check_backward, check_gradients, labs
from gradlab.diagnosis import diagnose
from tests.chosen import sample

SHAPES = [(), (1,), (2,), (7,), (1, 1), (1, 5), (5, 1), (3, 3), (2, 3, 4), (1, 3, 1), (2, 1, 2, 3)]
NAMES = ["x", "W", "b", "W1", "b1", "w_hh", "fc.weight", "gamma", "a b", "θ", "0", "W.real", "h", "layers[0].W"]
NUMBERS = sample(range(120), 25)


def made(seed):
    """Blocks of odd shapes, a smooth function of all of them, and a way to be wrong."""
    rng = np.random.default_rng(seed)
    names = [NAMES[i] for i in rng.permutation(len(NAMES))[: rng.integers(1, 5)]]
    blocks = {name: np.asarray(rng.standard_normal(SHAPES[rng.integers(len(SHAPES))])) for name in names}
    if rng.random() < 0.2:
        blocks = {name: np.round(value) for name, value in blocks.items()}
    spoils = (
        lambda g, t: g * rng.uniform(0.3, 3, np.shape(g)),
        lambda g, t: g * (rng.random(np.shape(g)) < 0.5),
        lambda g, t: g + t,
        lambda g, t: np.flip(g),
        lambda g, t: np.sign(g) * np.minimum(np.abs(g), 0.3),
        lambda g, t: np.zeros(np.shape(g)),
        lambda g, t: np.where(rng.random(np.shape(g)) < 0.3, np.nan, g),
        lambda g, t: np.ones(np.shape(g)),
        lambda g, t: g + 1e-4,
        lambda g, t: -g + 0.1 * t,
    )
    chosen = {name: spoils[rng.integers(len(spoils))] for name in names if rng.random() < 0.7}
    factors = {name: rng.uniform(0.5, 2, np.shape(v)) for name, v in blocks.items()}
    return rng, blocks, chosen, factors


def every_rule_may_fail(patch):
    """Rules are guarded against the caller's code; here that is sound, so what fails is the rule."""
    patch.setattr(diagnose, "_guarded", lambda rule, case: list(rule(case)))


def said_something(report):
    return report.verdict is not Verdict.WRONG or (report.findings and all(f.message for f in report.findings))


@pytest.mark.slow
@pytest.mark.parametrize("seed", NUMBERS)
def test_costs_of_any_shapes(seed, monkeypatch):
    every_rule_may_fail(monkeypatch)
    _, blocks, chosen, factors = made(seed)

    def cost(p):
        return float(np.sin(sum(np.sum(factors[n] * np.sin(v)) for n, v in p.items())))

    def right(p):
        outer = np.cos(sum(np.sum(factors[n] * np.sin(v)) for n, v in p.items()))
        return {n: outer * factors[n] * np.cos(v) for n, v in p.items()}

    wrong = {n: np.asarray(chosen[n](g, blocks[n])) if n in chosen else g for n, g in right(blocks).items()}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fixed = check_gradients(cost, blocks, wrong)
        moving = check_gradients(cost, blocks, lambda p: {n: wrong[n] * np.cos(p[n]) / np.cos(blocks[n]) for n in p})
        along = check_gradients(cost, blocks, wrong, directions=3)
    assert said_something(fixed)
    assert said_something(moving)
    assert said_something(along)
    assert check_gradients(cost, blocks, right).findings == ()


@pytest.mark.parametrize("seed", NUMBERS)
def test_layers_of_any_shapes(seed, monkeypatch):
    every_rule_may_fail(monkeypatch)
    rng, blocks, chosen, factors = made(1000 + seed)
    names = {f"v{i}": name for i, name in enumerate(blocks)}  # what Python takes as an argument
    outs = [(), (3,), (2, 2), (1, 4)][seed % 4]
    mix = rng.standard_normal(outs)

    def forward(**p):
        return mix * np.sin(sum(np.sum(factors[names[k]] * v) for k, v in p.items()))

    def right(R, **p):
        inner = np.sum(R * mix * np.cos(sum(np.sum(factors[names[k]] * v) for k, v in p.items())))
        return {k: inner * factors[names[k]] for k in p}

    def wrong(R, **p):
        return {k: chosen[names[k]](g, p[k]) if names[k] in chosen else g for k, g in right(R, **p).items()}

    def steady(R, **p):
        nonlocal rng
        rng.bit_generator.state = state
        return {k: np.asarray(v) for k, v in wrong(R, **p).items()}

    state = rng.bit_generator.state
    inputs = {k: blocks[name] for k, name in names.items()}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert said_something(check_backward(forward, steady, inputs))
        assert check_backward(forward, right, inputs).findings == ()


@pytest.mark.parametrize("kind", hard.KINDS)
def test_no_cause_is_named_of_a_right_gradient_of_a_hard_cost(kind):
    for seed in sample(range(6), 1):
        cost, params, grads = hard.KINDS[kind](np.random.default_rng(7000 + seed))
        report = check_gradients(cost, params, grads)
        assert [f.code for f in report.findings if f.code < "GL2"] == []


@pytest.mark.parametrize("bug", sample(labs.BUGS, 12), ids=lambda bug: bug.slug)
def test_no_cause_is_named_of_the_right_function_of_a_lab(bug):
    for seed in (0, 1):
        case = bug.setup(bug.correct, seed)
        report = check_gradients(case.cost, case.params, case.grads)
        assert [f.code for f in report.findings if f.code < "GL2"] == []
