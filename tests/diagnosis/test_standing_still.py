"""A cost that jumps and stands still in between: nothing can be tested, and the report says why in true words."""

import numpy as np
import pytest

import gradlab
from gradlab import Verdict
from gradlab.numeric.scaling import scales

OPEN = (Verdict.UNTESTED, Verdict.UNDECIDED)


def soft(t):
    e = np.exp(t - t.max())
    return e / e.sum()


def jumping(rng, n):
    """Costs that move in jumps only, each with the gradient that people hand down for it."""
    theta, x = 2 * rng.standard_normal(n), 3 * rng.standard_normal(n)
    q = rng.choice([1, 4, 16, 127])
    return theta, {
        "rounded": (lambda t: float(np.sum(np.round(t * q) / q * x)), lambda t: x),
        "rounded, squared": (
            lambda t: float(np.sum((np.round(t * q) / q - x) ** 2)),
            lambda t: 2 * (np.round(t * q) / q - x),
        ),
        "sign": (
            lambda t: float(np.sum(np.tanh(np.sign(t) * x))),
            lambda t: (1 - np.tanh(np.sign(t) * x) ** 2) * x,
        ),
        "threshold": (lambda t: float(np.sum((t > 0) * x)), lambda t: x / (1 + t**2)),
        "argmax": (lambda t: float(x[np.argmax(t)]), lambda t: soft(t) * x),
        "count": (lambda t: float(np.sum(t > 0)), lambda t: np.exp(-abs(t))),
        "few decimals": (lambda t: round(float(np.sum(np.sin(t) * x)), 2), lambda t: np.cos(t) * x),
    }


def reports(options, seeds=range(3), sizes=(1, 3, 20)):
    for seed in seeds:
        for n in sizes:
            theta, kinds = jumping(np.random.default_rng([n, seed]), n)
            for name, (cost, gradient) in kinds.items():
                yield name, cost, theta, gradient, gradlab.check_gradients(cost, theta, gradient, **options)


@pytest.mark.parametrize("options", [{}, {"step": 1e-4}, {"directions": 4}], ids=["steps", "one step", "directions"])
def test_what_hides_the_gradient_is_said_to_be_jumps_wherever_nothing_can_be_told(options):
    told = 0
    for name, _, _, _, report in reports(options):
        if report.verdict in OPEN:
            told += 1
            codes = {finding.code for finding in report.findings}
            assert codes & {"GL207", "GL208"}, (name, str(report))
            if codes == {"GL208"}:
                assert "GL202" not in codes
                assert "more than its noise" not in str(report)
                assert "noise with noise" not in str(report)
    assert told > 20


def test_what_the_finding_says_is_so():
    """Up to the step that is named the cost is the same, and so is what the gradient says."""
    seen = 0
    for _, cost, theta, gradient, report in reports({}):
        for finding in report.findings:
            if finding.code != "GL208":
                continue
            seen += 1
            step = float(finding.message.split("moved by ")[1].split(" ")[0])
            says = float(finding.message.split("the gradient says by ")[1].rstrip(".").split(";")[0].split(". ")[0])
            slopes = gradient(theta)
            way = step * np.sign(slopes) * scales(gradlab.Parameters(theta))
            assert says > 1e-6 * abs(cost(theta))
            assert says == pytest.approx(float(slopes @ way), rel=0.05)
            assert cost(theta + way) == cost(theta) == cost(theta - way)
    assert seen > 10


@pytest.mark.parametrize("seed", range(8))
def test_a_cost_that_moves_is_not_said_to_stand_still(seed):
    """Noise, a large constant, kinks, dead units: none of these stands still where the gradient says it moves."""
    rng = np.random.default_rng(seed)
    theta, x, large = rng.standard_normal(5), rng.standard_normal(5), 10.0 ** rng.integers(8, 14)
    costs = (
        (lambda t: large + float(np.sum(np.sin(t) * x)), np.cos(theta) * x),
        (lambda t: float(np.float32(np.sum(np.sin(t) * x))), np.cos(theta) * x),
        (lambda t: float(np.sum(np.abs(t) * x)), np.sign(theta) * x),
        (lambda t: float(np.sum(np.sin(t) * x)) + 1e-4 * float(np.sin(1e9 * t.sum())), np.cos(theta) * x),
        (lambda t: float(np.sum(np.maximum(t, 0) * x)), (theta > 0) * x),
        (lambda t: float(np.var(t + t.sum())), 2 * (theta - theta.mean()) / 5),
    )
    for cost, gradient in costs:
        assert "GL208" not in {f.code for f in gradlab.check_gradients(cost, theta, gradient).findings}
        zero = gradlab.check_gradients(cost, theta, 0 * gradient)
        assert "GL208" not in {f.code for f in zero.findings}


def test_a_layer_of_which_one_block_is_rounded():
    rng = np.random.default_rng(0)
    X, W = rng.standard_normal((5, 4)), rng.standard_normal((4, 3))
    report = gradlab.check_backward(
        lambda X, W: np.sign(X) @ W, lambda R, X, W: {"X": R @ W.T, "W": np.sign(X).T @ R}, {"X": X, "W": W}
    )
    assert report.blocks["W"].verdict is Verdict.AGREES
    assert report.blocks["X"].verdict in OPEN
    assert {f.code for f in report.findings} <= {"GL207", "GL208"}
    assert report.findings
    assert "W" not in {name for finding in report.findings for name in finding.blocks}
