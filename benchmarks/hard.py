"""Kinds of cost that are hard to check, each with its gradient in closed form.

The sixteen kinds of `costs` are what one usually checks. These are what one meets elsewhere: a regression that
fits, a cost that was printed, a start at zero, powers between 1 and 2, points that lie exactly at a kink. A cost is
made from a random generator, so that every seed is another case. Nothing here uses gradlab.

`SMOOTH` have a derivative, `KINKED` a right sub-gradient in every entry, `BROKEN` no derivative at all: of these
no gradient may pass. `UNTOLD` have a right gradient that no checker can tell: all it sees are values of the cost, and
these are those of another function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Generator = np.random.Generator
Made = tuple[Callable[[Any], float], Any, Any]  # cost, params, right gradients


def sigmoid(z: Any) -> Any:
    """Without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def fit(rng: Generator) -> Made:
    """Least squares, so near the minimum that the residuals are 1e-2 to 1e-8 of the data."""
    X = rng.standard_normal((rng.integers(12, 40), rng.integers(2, 12)))
    w = rng.standard_normal(X.shape[1])
    y = X @ w
    w = w + 10.0 ** rng.uniform(-8, -2) * rng.standard_normal(len(w))
    return (lambda t: float(np.mean((X @ t - y) ** 2))), w, 2 * X.T @ (X @ w - y) / len(y)


def rosenbrock(rng: Generator) -> Made:
    """Near its minimum."""
    x = 1 + 10.0 ** rng.uniform(-7, -1) * rng.standard_normal(rng.integers(2, 6))
    g = np.zeros_like(x)
    g[:-1] += -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
    g[1:] += 200 * (x[1:] - x[:-1] ** 2)
    return (lambda t: float(np.sum(100 * (t[1:] - t[:-1] ** 2) ** 2 + (1 - t[:-1]) ** 2))), x, g


def rounded(rng: Generator) -> Made:
    """Rounded to so many decimals."""
    x, d = rng.uniform(0.2, 2, rng.integers(1, 4)), int(rng.integers(3, 9))
    return (lambda t: round(float(np.sum(t**2)), d)), x, 2 * x


def printed(rng: Generator) -> Made:
    """Read back from what a program printed."""
    a, x, d = rng.uniform(0.5, 2, 3), rng.standard_normal(3), int(rng.integers(3, 11))
    return (lambda t: float(f"{np.sum(np.tanh(a * t)) + 2:.{d}g}")), x, a / np.cosh(a * x) ** 2


def counted(rng: Generator) -> Made:
    """A share of fixed draws: a staircase with uneven steps, whose slope from afar is known to few digits."""
    draws = np.sort(rng.random(1000))
    x = np.array([rng.uniform(-1, 1)])
    share = lambda t: float(np.mean(draws < sigmoid(t[0])))  # noqa: E731
    return share, x, sigmoid(x) * (1 - sigmoid(x))


def narrow(rng: Generator) -> Made:
    """tanh so steep that it saturates within a millionth of the parameters."""
    width = 10.0 ** rng.uniform(-8, -4)
    z = rng.uniform(0.05, 1.5, 3)
    x = 1 + width * z
    z = (x - 1) / width
    return (lambda t: float(np.sum(np.tanh((t - 1) / width)))), x, 1 / np.cosh(z) ** 2 / width


def fast_wave(rng: Generator) -> Made:
    """sin far from 0: many periods fit between neighbouring steps."""
    x = 10.0 ** rng.uniform(3, 12) * rng.uniform(1, 2, 4)
    return (lambda t: float(np.sum(np.sin(t)))), x, np.cos(x)


def zero_cost(rng: Generator) -> Made:
    """Exactly 0 at the point."""
    a, b = rng.uniform(0.01, 3, 3), rng.standard_normal(3)
    return (lambda t: float(np.sum(a * t + b * t**2))), np.zeros(3), a


def linear_and_even(rng: Generator) -> Made:
    """Its central slope is the same at every step, and a long step sees nothing but the even part."""
    a, k = rng.uniform(0.3, 2, 2) * rng.choice([-1, 1], 2), 10.0 ** rng.uniform(0, 4)
    even = [lambda t: np.cos(k * t), lambda t: np.exp(-((k * t) ** 2)), lambda t: 1 / (1 + (k * t) ** 2)]
    f = even[rng.integers(3)]
    return (lambda t: float(np.sum(a * t + f(t)))), np.zeros(2), a


def zero_start(rng: Generator) -> Made:
    """Logistic regression that starts at zero, with raw features of very different size."""
    size = [1.0, 60.0, 255.0, 5e4][rng.integers(4)] * rng.uniform(0.5, 2, int(rng.integers(1, 5)))
    X = size[:, None] * rng.random((len(size), 30))
    Y = (rng.random((1, 30)) < 0.5).astype(float)
    params = {"W": np.zeros((1, len(size))), "b": np.zeros((1, 1))}

    def cost(p: Any) -> float:
        Z = p["W"] @ X + p["b"]
        return float(np.mean(np.logaddexp(0, Z) - Y * Z))

    dZ = (0.5 - Y) / 30
    return cost, params, {"W": dZ @ X.T, "b": dZ.sum(axis=1, keepdims=True)}


def power(rng: Generator) -> Made:
    """sign(x) |x|^p at 0: the error of a step h is h^(p − 1), for p between 1.4 and 4."""
    p, c = rng.uniform(1.4, 4, 3), rng.uniform(0.5, 2, 3)
    return (lambda t: float(np.sum(t + np.sign(t - c) * np.abs(t - c) ** p))), c, np.ones(3)


def knee(rng: Generator) -> Made:
    """Exactly where ELU, Huber's loss or a squared ReLU changes its formula: the second derivative jumps."""
    c = rng.uniform(0.5, 2, 3) * rng.choice([-1, 1], 3)
    d, a = 10.0 ** rng.uniform(-1, 1), rng.uniform(0.5, 2)
    choice = rng.integers(3)

    def f(z: Any) -> Any:
        if choice == 0:
            return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))
        if choice == 1:
            return np.where(np.abs(z + d) <= d, 0.5 * (z + d) ** 2, d * (np.abs(z + d) - 0.5 * d))
        return np.maximum(z, 0) ** 2

    slope = [1.0, d, 0.0][choice]
    return (lambda t: float(np.sum(f(t - c) + a * t))), c, np.full(3, slope + a)


def solve(rng: Generator) -> Made:
    """Through a linear system of condition 1e1 to 1e7, in the entries of its right-hand side and its matrix."""
    return _solve(rng, (1, 7))


def ill_posed(rng: Generator) -> Made:
    """As `solve`, of condition 1e8 to 1e10: the cost is another one a billionth of its entries away."""
    return _solve(rng, (8, 10))


def _solve(rng: Generator, exponents: tuple[float, float]) -> Made:
    n = 4
    U, _ = np.linalg.qr(rng.standard_normal((n, n)))
    V, _ = np.linalg.qr(rng.standard_normal((n, n)))
    A = U @ np.diag(np.logspace(0, -rng.uniform(*exponents), n)) @ V
    b, c = rng.standard_normal(n), rng.standard_normal(n)
    x, y = np.linalg.solve(A, b), np.linalg.solve(A.T, c)
    return (lambda p: float(c @ np.linalg.solve(p["A"], p["b"]))), {"A": A, "b": b}, {"A": -np.outer(y, x), "b": y}


def tiny_block(rng: Generator) -> Made:
    """One block of numbers so small that steps relative to them move nothing."""
    W, b = rng.standard_normal(2), 10.0 ** rng.uniform(-20, -9) * (1 + rng.random(3))
    cost = lambda p: float(np.sum(np.sin(p["b"] + 1)) + np.sum(np.cos(p["W"])))  # noqa: E731
    return cost, {"W": W, "b": b}, {"W": -np.sin(W), "b": np.cos(b + 1)}


def huge(rng: Generator) -> Made:
    """Cost and gradient whose squares overflow, or vanish."""
    s, x = 10.0 ** rng.choice([-200, -160, 160, 200]), rng.standard_normal(3)
    return (lambda t: float(s * np.sum(t**3))), x, 3 * s * x**2


def with_offset(rng: Generator) -> Made:
    """A large constant: most digits of the cost say nothing."""
    c, x = 10.0 ** rng.uniform(2, 8), rng.standard_normal(4)
    return (lambda t: float(c + np.sum(np.sin(t)))), x, np.cos(x)


def log_near_zero(rng: Generator) -> Made:
    """A pole beside the point."""
    x = 10.0 ** rng.uniform(-9, 0, 4)
    return (lambda t: float(np.sum(np.log(t)))), x, 1 / x


def composed(rng: Generator) -> Made:
    """Sum, product and composition of smooth pieces, over four decades of size."""
    a, b, x = 10.0 ** rng.uniform(-2, 2, 3), rng.standard_normal(3), rng.standard_normal(3)
    f, df = [(np.sin, np.cos), (np.tanh, lambda z: 1 / np.cosh(z) ** 2), (np.arctan, lambda z: 1 / (1 + z**2))][
        rng.integers(3)
    ]

    def cost(t: Any) -> float:
        return float(np.sum(a * f(b * t)) * np.exp(-0.5 * t @ t) + np.log1p(t @ t))

    inner, bell = np.sum(a * f(b * x)), np.exp(-0.5 * x @ x)
    return cost, x, a * b * df(b * x) * bell - inner * bell * x + 2 * x / (1 + x @ x)


def single(rng: Generator) -> Made:
    """float32 inside the cost, float64 outside."""
    X, y = rng.standard_normal((30, 6)).astype(np.float32), np.sign(rng.standard_normal(30)).astype(np.float32)
    t = rng.standard_normal(6)
    cost = lambda t: float(np.mean(np.logaddexp(0, -y * (X @ t.astype(np.float32)))))  # noqa: E731
    z = y * (X.astype(float) @ t)
    return cost, t, -(X * (y * sigmoid(-z))[:, None]).mean(axis=0).astype(float)


def l1_at_zero(rng: Generator) -> Made:
    """Least squares with an L1 penalty where most weights are exactly 0; the sub-gradient takes sign(0) = 0."""
    X, y = rng.standard_normal((20, 6)), rng.standard_normal(20)
    w = np.where(rng.random(6) < 0.6, 0.0, rng.standard_normal(6))
    g = 2 * X.T @ (X @ w - y) / 20 + 0.1 * np.sign(w)
    return (lambda t: float(np.mean((X @ t - y) ** 2) + 0.1 * np.sum(np.abs(t)))), w, g


def variation(rng: Generator) -> Made:
    """Total variation of a signal with flat pieces."""
    x = np.repeat(rng.standard_normal(3), 3)
    s = np.sign(np.diff(x))
    g = np.cos(x) + np.concatenate([-s, [0]]) + np.concatenate([[0], s])
    return (lambda t: float(np.sum(np.abs(np.diff(t))) + np.sum(np.sin(t)))), x, g


def tied_maximum(rng: Generator) -> Made:
    """The largest of several numbers, two of them equal: all of the slope to the first."""
    x = rng.standard_normal(6)
    i, j = rng.permutation(6)[:2]
    x[i] = x[j] = x.max() + 1
    g = np.zeros(6)
    g[min(i, j)] = 1
    return (lambda t: float(np.max(t))), x, g


def many_tied(rng: Generator) -> Made:
    """The same with three to six that are equal, and something smooth beside it."""
    x = rng.standard_normal(8)
    at = rng.permutation(8)[: rng.integers(3, 7)]
    x[at] = x.max() + 1
    g = np.cos(x)
    g[at.min()] += 1
    return (lambda t: float(np.max(t) + np.sum(np.sin(t)))), x, g


def hinge(rng: Generator) -> Made:
    """Hinge loss with points exactly on the margin, which count as outside."""
    X, y = np.sign(rng.standard_normal((12, 4))), np.sign(rng.standard_normal(12))
    w = rng.choice([-0.5, 0.5, 0.25], 4)
    inside = y * (X @ w) < 1
    g = -(X * (y * inside)[:, None]).mean(axis=0)
    return (lambda t: float(np.mean(np.maximum(0, 1 - y * (X @ t))))), w, g


def near_kink(rng: Generator) -> Made:
    """A kink 1e-2 to 1e-8 beside the point."""
    d, c = 10.0 ** rng.uniform(-8, -2, 3) * rng.choice([-1, 1], 3), rng.uniform(0.5, 2, 3)
    k = rng.uniform(0.2, 2)
    x = c + d
    return (lambda t: float(np.sum(t + k * np.maximum(t - c, 0)))), x, 1 + k * (x > c)


def jump(rng: Generator) -> Made:
    """Jumps exactly at the point; the gradient is that of the smooth part."""
    c, s = rng.uniform(0.3, 2), 10.0 ** rng.uniform(-3, 1)
    kind = rng.integers(3)
    f = [lambda t: t >= c, lambda t: t > c, lambda t: np.floor(t / c)][kind]
    return (lambda t: float(3 * t[0] + s * f(t[0]))), np.array([c]), np.array([3.0])


def cusp(rng: Generator) -> Made:
    """|x|^p with p below 1: a slope without bound."""
    p, c = rng.uniform(0.2, 0.8), rng.uniform(0.3, 2)
    return (lambda t: float(t[0] + np.abs(t[0] - c) ** p)), np.array([c]), np.array([1.0])


def stairs(rng: Generator) -> Made:
    """A quantiser at one of its thresholds."""
    q = 10.0 ** rng.uniform(-3, 0)
    k = int(rng.integers(1, 9))
    return (lambda t: float(q * np.floor(t[0] / q + 0.5))), np.array([(k + 0.5) * q]), np.array([1.0])


def signs_of_qr(rng: Generator) -> Made:
    """The orthogonal factor of the identity, columns of which turn their signs there."""
    n = int(rng.integers(2, 4))
    C = rng.standard_normal((n, n))
    return (lambda p: float(np.sum(C * np.linalg.qr(p["A"])[0]))), {"A": np.eye(n)}, {"A": np.zeros((n, n))}


def kink_in_the_last_digits(rng: Generator) -> Made:
    """A kink nearer to the point than any step that the point's own digits allow: the gradient of its side."""
    c, k = rng.uniform(0.5, 2, 3), rng.uniform(0.2, 2)
    x = c * (1 + 10.0 ** rng.uniform(-15, -13, 3) * rng.choice([-1, 1], 3))
    return (lambda t: float(np.sum(t + k * np.maximum(t - c, 0)))), x, 1 + k * (x > c)


def stopped_iteration(rng: Generator) -> Made:
    """A linear system that descent solves to a tolerance of 1e-3 to 1e-6; the gradient of its exact solution."""
    A = rng.standard_normal((4, 4))
    A, c, t = A @ A.T + np.eye(4), rng.standard_normal(4), rng.standard_normal(4)
    tolerance, rate = 10.0 ** rng.uniform(-6, -3), 1 / np.linalg.eigvalsh(A).max()

    def solved(b: Any) -> Any:
        x = np.zeros(4)
        while np.linalg.norm(r := b - A @ x) > tolerance:
            x = x + rate * r
        return x

    exact = np.linalg.solve(A, t)
    return (lambda b: float(c @ solved(b) + solved(b) @ solved(b))), t, np.linalg.solve(A, c + 2 * exact)


SMOOTH = {
    f.__name__: f
    for f in (
        fit, rosenbrock, rounded, printed, counted, narrow, fast_wave, zero_cost, linear_and_even, zero_start, power,
        knee, solve, ill_posed, tiny_block, huge, with_offset, log_near_zero, composed, single,
    )
}  # fmt: skip
KINKED = {f.__name__: f for f in (l1_at_zero, variation, tied_maximum, many_tied, hinge, near_kink)}
BROKEN = {f.__name__: f for f in (jump, cusp, stairs, signs_of_qr)}
UNTOLD = {f.__name__: f for f in (kink_in_the_last_digits, stopped_iteration)}
KINDS = SMOOTH | KINKED | BROKEN


def case(kind: str, seed: int) -> tuple[Callable[[Any], float], dict[str, Any], dict[str, Any]]:
    """(cost, params, right gradient) of a kind at a seed, as dicts of arrays."""
    cost, params, grads = (KINDS | UNTOLD)[kind](np.random.default_rng([seed, 7]))
    if isinstance(params, dict):
        return cost, params, grads
    return lambda p: cost(p["theta"]), {"theta": params}, {"theta": np.asarray(grads, dtype=float)}
