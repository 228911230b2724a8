"""Hypothesis: whatever the network and however it is spoiled, right agrees and wrong is wrong."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradlab import Verdict, check_gradients, derivative, relative_difference
from tests.networks import network

quick = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def networks(draw):
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=4))
    loss = draw(st.sampled_from(["logistic", "squared", "softmax"]))
    if loss == "softmax":
        sizes[-1] = max(2, sizes[-1])
    hidden = draw(st.sampled_from(["tanh", "sigmoid", "relu", "leaky_relu"]))
    decay = draw(st.sampled_from([0.0, 0.1]))
    method = "xavier" if hidden in ("tanh", "sigmoid") else "he"
    m, seed = draw(st.integers(1, 8)), draw(st.integers(0, 2**16))
    return network(sizes, hidden, loss, seed, m=m, decay=decay, method=method)


@quick
@given(networks())
def test_right_is_never_wrong(case):
    cost, params, grads = case
    report = check_gradients(cost, params, grads)
    assert report.verdict in (Verdict.AGREES, Verdict.UNTESTED)  # untested: every unit is dead
    assert report.findings == ()
    for block in report.blocks.values():
        assert block.tested_count + block.counts[Verdict.UNTESTED] == block.size
        sure = (block.verdicts == Verdict.AGREES) & (block.reason == "")
        off = np.abs(block.analytic - block.numeric)
        assert np.all(off[sure] <= block.bound[sure])


@quick
@given(networks(), st.floats(-3, 3), st.integers(0, 2**16))
def test_one_entry_spoiled_by_any_factor_is_found(case, log_off, seed):
    """One entry off by a share between 1e-3 and 1000, up or down."""
    cost, params, grads = case
    right, rng = grads(params), np.random.default_rng(seed)
    alive = [(name, i) for name, g in right.items() for i in np.flatnonzero(np.abs(g) > 0.1 * np.abs(g).max())]
    if not alive:
        return
    name, i = alive[rng.integers(len(alive))]
    wrong = {n: g.copy() for n, g in right.items()}
    wrong[name].flat[i] *= 1 + rng.choice([-1, 1]) * 10.0**log_off
    report = check_gradients(cost, params, wrong)
    if report.blocks[name].reason.flat[i] == "kink":  # a bias of 0 behind dead units sits right on it
        assert not report.ok
        return
    assert report.blocks[name].verdicts.flat[i] is Verdict.WRONG
    assert sum(block.wrong_count for block in report.blocks.values()) == 1


@quick
@given(networks(), st.integers(0, 2**16))
def test_a_random_gradient_is_wrong(case, seed):
    cost, params, grads = case
    rng = np.random.default_rng(seed)
    noise = {name: rng.standard_normal(g.shape) for name, g in grads(params).items()}
    assert check_gradients(cost, params, noise).verdict is Verdict.WRONG


@quick
@given(networks(), st.sampled_from([np.nan, np.inf, -np.inf]), st.integers(0, 2**16))
def test_not_finite_never_agrees(case, bad, seed):
    cost, params, grads = case
    wrong = {name: g.copy() for name, g in grads(params).items()}
    name = list(wrong)[seed % len(wrong)]
    wrong[name].flat[seed % wrong[name].size] = bad
    report = check_gradients(cost, params, wrong)
    assert report.verdict is Verdict.WRONG
    assert report.relative_difference == np.inf


@quick
@given(networks(), st.floats(-4, 4))
def test_units_of_the_cost_change_nothing(case, power):
    """Ten thousand times the cost and its gradient: the same verdicts, the same relative difference."""
    cost, params, grads = case
    factor = 2.0 ** round(3 * power)  # a power of two: not a bit of noise changes
    plain = check_gradients(cost, params, grads(params))
    larger = {name: factor * g for name, g in grads(params).items()}
    scaled = check_gradients(lambda p: factor * cost(p), params, larger)
    assert scaled.verdict is plain.verdict
    assert scaled.relative_difference == plain.relative_difference
    assert scaled.evaluations == plain.evaluations


@quick
@given(networks())
def test_blocks_are_compared_as_formula_2_says(case):
    cost, params, grads = case
    report = check_gradients(cost, params, grads)
    for block in report.blocks.values():
        assert block.relative_difference == relative_difference(block.analytic, block.numeric)
    analytic = np.concatenate([block.analytic.ravel() for block in report.blocks.values()])
    numeric = np.concatenate([block.numeric.ravel() for block in report.blocks.values()])
    assert report.relative_difference == relative_difference(analytic, numeric)


SMOOTH = {
    "sin": (np.sin, np.cos),
    "exp": (np.exp, np.exp),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "arctan": (np.arctan, lambda x: 1 / (1 + x * x)),
    "cube": (lambda x: x**3, lambda x: 3 * x**2),
}


@settings(quick, max_examples=150)
@given(
    st.sampled_from(sorted(SMOOTH)),
    st.floats(-3, 3).filter(lambda x: abs(x) > 1e-3),
    st.floats(-3, 3),
    st.floats(-2, 4),
)
def test_the_error_holds_for_random_functions(name, x, power, offset):
    """a·f(bx) + c, for a and b over six decades."""
    f, exact = SMOOTH[name]
    scale = 10.0**power
    d = derivative(lambda t: scale * f(t) + offset, x)
    assert abs(d.value - scale * exact(x)) <= d.error
    e = derivative(lambda t: f(t / scale), x * scale)
    assert abs(e.value - exact(x) / scale) <= e.error


vectors = st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=5)


@quick
@given(vectors, st.data())
def test_symmetric_without_scale_and_between_0_and_1(a, data):
    b = data.draw(st.lists(st.floats(-1e100, 1e100), min_size=len(a), max_size=len(a)))
    d = relative_difference(a, b)
    assert 0 <= d <= 1 + 1e-12
    assert relative_difference(b, a) == d
    assert relative_difference(a, a) == 0
