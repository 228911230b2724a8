"""How well the gradients themselves are known: said by `rtol=`, or seen in two answers that differ."""

import numpy as np
import pytest

from gradlab import Verdict, check_gradients
from tests.chosen import sweep

X = np.random.default_rng(3).standard_normal((30, 8))


def cost(t):
    return float(np.sum(np.logaddexp(0, X @ t)))


def gradient(t):
    return X.T @ (0.5 * (1 + np.tanh(0.5 * (X @ t))))


def theta(seed):
    return np.random.default_rng(seed).standard_normal(8)


def known_to(share, seed):
    """As of an iterative solver: the same error at each call, a share of the largest entry."""
    t = theta(seed)
    g = gradient(t)
    return t, g + share * np.abs(g).max() * np.random.default_rng(seed + 100).uniform(-1, 1, 8)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("share", [1e-3, 1e-5, 1e-7])
def test_within_rtol_agrees_and_beyond_is_wrong(share, seed):
    t, g = known_to(share, seed)
    assert check_gradients(cost, t, g, rtol=share).ok
    assert check_gradients(cost, t, g, rtol=share / 100).verdict is Verdict.WRONG
    far = g.copy()
    far[seed % 8] += 5 * share * np.abs(g).max()
    assert check_gradients(cost, t, far, rtol=share).verdict is Verdict.WRONG


def test_no_more_digits_are_claimed_than_were_asked_for():
    t, g = theta(0), gradient(theta(0))
    report = check_gradients(cost, t, g, rtol=1e-5)
    assert report.blocks["theta"].digits <= 5
    assert "rtol=1e-05: agreement to more than 5 digits was not asked for." in report.notes
    assert not any("rtol" in note for note in check_gradients(cost, t, g).notes)


def solver(share, seed=0):
    """Gradients that differ a little at each call."""
    rng = np.random.default_rng(seed)

    def grads(t):
        g = gradient(t)
        return g * (1 + share * rng.uniform(-1, 1, g.shape))

    return grads


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("share", [1e-13, 1e-12, 1e-10, 1e-8, 3e-7])
def test_what_two_answers_differ_by_is_measured_and_said(share, seed):
    report = check_gradients(cost, theta(seed), solver(share, seed))
    assert report.ok
    said = [note for note in report.notes if note.startswith("Two answers of grads at the same params differ by")]
    assert len(said) == 1
    again = solver(share, seed)
    assert not check_gradients(cost, theta(seed), lambda t: 1.001 * again(t)).ok


def test_two_answers_within_rtol_are_not_random():
    grads = solver(1e-4)
    assert check_gradients(cost, theta(1), grads).verdict is Verdict.UNDECIDED
    assert check_gradients(cost, theta(1), solver(1e-4), rtol=1e-3).ok
    again = solver(1e-4)
    assert not check_gradients(cost, theta(1), lambda t: -again(t), rtol=1e-3).ok


@pytest.mark.parametrize("rtol", [-1e-3, 1.0, np.nan, "1e-3", None, True, [1e-3]])
def test_an_rtol_that_cannot_be_meant(rtol):
    with pytest.raises(ValueError, match="rtol must be a share"):
        check_gradients(cost, theta(0), gradient, rtol=rtol)


def descended(A, b, tolerance):
    """The solution of A x = b by steps of gradient descent, stopped at a tolerance."""
    x, rate = np.zeros(len(b)), 1 / np.linalg.norm(A, 2)
    while True:
        step = rate * (A @ x - b)
        x = x - step
        if np.abs(step).max() < tolerance:
            return x


@pytest.mark.parametrize("seed", sweep(range(8)))
@pytest.mark.parametrize("tolerance", [1e-5, 1e-6, 1e-7])
def test_an_iteration_that_stops_at_a_tolerance_is_asked_for_it_first(seed, tolerance):
    """The exact gradient of what the iteration stands for: the cost has another one, off by about the tolerance."""
    rng = np.random.default_rng([seed, 7])
    Z, b, R = rng.standard_normal((5, 5)), rng.standard_normal(5), rng.standard_normal(5)
    A = Z @ Z.T / 5 + np.eye(5)
    right = np.linalg.solve(A, R)
    report = check_gradients(lambda b: float(R @ descended(A, b, tolerance)), b, right)
    assert tolerance < 1e-6 or report.verdict is not Verdict.AGREES
    if report.verdict is Verdict.WRONG:
        assert [finding.code for finding in report.findings] == ["GL129"]
        assert "Tighten the tolerance" in report.findings[0].message.split("Else")[0]
    assert check_gradients(lambda b: float(R @ descended(A, b, tolerance)), b, right, rtol=300 * tolerance).ok


@pytest.mark.parametrize("share", [1e-9, 1e-8, 1e-7])
def test_a_gradient_of_a_solver_is_asked_how_well_it_is_known(share):
    rng = np.random.default_rng(0)
    A = rng.standard_normal((20, 20))
    A, x = A @ A.T + np.eye(20), rng.standard_normal(20)
    grads = A @ x + share * np.abs(A @ x).max() * rng.standard_normal(20)
    report = check_gradients(lambda t: float(t @ A @ t) / 2, x, grads)
    assert report.findings[0].code == "GL129"
    assert "rtol=" in report.findings[0].message
    assert check_gradients(lambda t: float(t @ A @ t) / 2, x, grads, rtol=30 * share).ok
