"""Kinds of cost from statistics, finance, control, signals, learning, physics and programs, after those of `further`.

Made as those of `elsewhere`. Where a formula cancels, its gradient is that of one that does not.
Nothing here uses gradlab.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.afield import eigenvalues
from benchmarks.elsewhere import Generator, Made, Rounded, largest, normal, positive, size

Params = dict[str, Any]


# ---- statistics


def extreme_values(rng: Generator) -> Rounded:
    """Their distribution near Gumbel's, a shape of 1e-5: log(1 + ξz)/ξ has few digits there, its series has all."""
    y = rng.gumbel(size=30)

    def likelihood(p: Params, ratio: Callable[[Any, Any], Any]) -> Any:
        z = (y - p["mu"][0]) * np.exp(-p["log_s"][0])
        g = ratio(p["xi"][0], z)
        return np.sum(p["log_s"][0] + (1 + p["xi"][0]) * g + np.exp(-g))

    def series(xi: Any, z: Any) -> Any:
        return sum((-xi) ** (k - 1) * z**k / k for k in range(1, 12))

    params = {"mu": np.array([0.1]), "log_s": np.array([0.2]), "xi": np.array([10.0 ** rng.uniform(-6, -4)])}
    return (
        lambda p: likelihood(p, series),
        params,
        lambda p: likelihood(p, lambda xi, z: np.log(1 + xi * z) / xi),
    )


def isotonic(rng: Generator) -> Made:
    """The nearest rising sequence, by pooling neighbours."""
    y = np.sort(normal(rng, 12))

    def cost(p: Params) -> Any:
        pools: list[tuple[Any, int]] = []
        for value in p["z"]:
            pools.append((value, 1))
            while len(pools) > 1 and np.real(pools[-2][0]) > np.real(pools[-1][0]):
                (b, m), (a, n) = pools.pop(), pools.pop()
                pools.append(((a * n + b * m) / (n + m), n + m))
        fit = np.concatenate([[value] * n for value, n in pools])
        return np.sum((fit - y) ** 2) + 0.05 * p["z"] @ p["z"]

    return cost, {"z": normal(rng, 12)}


def wide_columns(rng: Generator) -> Made:
    """Least squares with columns from 1 to 1e8, as of powers of one variable: the weights span as much."""
    sizes = np.logspace(0, rng.uniform(4, 8), 8)
    X, w = normal(rng, 20, 8) * sizes, 0.03 * normal(rng, 8) / sizes
    y = X @ w + 10.0 ** -rng.uniform(0, 3) * normal(rng, 20)
    return (lambda p: np.mean((X @ p["w"] - y) ** 2)), {"w": w}


# ---- finance


def american_option(rng: Generator) -> Made:
    """A put on a binomial tree: at each node the larger of two values."""
    n = 40

    def cost(p: Params) -> Any:
        S, r = 100 * np.exp(p["log_s"][0]), p["r"][0]
        u = np.exp(np.exp(p["log_vol"][0]) / math.sqrt(n))
        q = (np.exp(r / n) - 1 / u) / (u - 1 / u)
        V = positive(100 - S * u ** (2.0 * np.arange(n + 1) - n))
        for m in range(n - 1, -1, -1):
            hold = np.exp(-r / n) * (q * V[1:] + (1 - q) * V[:-1])
            now = 100 - S * u ** (2.0 * np.arange(m + 1) - m)
            V = np.where(np.real(now) > np.real(hold), now, hold)
        return (V[0] - 8) ** 2 + r

    params = {"log_s": 0.05 * normal(rng, 1), "log_vol": np.log([0.2]) + 0.1 * normal(rng, 1), "r": np.array([0.03])}
    return cost, params


def whole_days(rng: Generator) -> Made:
    """Interest by whole days: the cost jumps with each, and is smooth between."""
    payments = rng.uniform(50, 150, 5)

    def cost(p: Params) -> Any:
        days = np.floor(365 * np.real(p["t"]))
        return np.sum(payments * np.exp(-p["rate"][0] * days / 365)) / 100 + np.sum((p["t"] - 1) ** 2)

    return cost, {
        "rate": np.array([0.05]),
        "t": (np.floor(365 * rng.uniform(0.5, 2, 5)) + rng.uniform(0.2, 0.8, 5)) / 365,
    }


# ---- control and signals


def lyapunov(rng: Generator) -> Made:
    """The cost of a linear regulator, from Lyapunov's equation as one linear system."""
    A, B = normal(rng, 4, 4), normal(rng, 4, 2)
    A *= 0.9 / np.abs(np.linalg.eigvals(A)).max()

    def cost(p: Params) -> Any:
        F, Q = A + 0.1 * B @ p["K"], np.eye(4) + p["K"].T @ p["K"]
        return np.trace(np.linalg.solve(np.eye(16) - np.kron(F.T, F.T), Q.reshape(-1)).reshape(4, 4))

    return cost, {"K": 0.3 * normal(rng, 2, 4)}


def highest_gain(rng: Generator) -> Made:
    """The largest gain of a resonance over a grid of frequencies, in decibels."""
    w = np.logspace(-2, 2, 200)

    def cost(p: Params) -> Any:
        damping, own = np.exp(p["log_z"][0]), np.exp(p["log_w"][0])
        gain = own**4 / ((own**2 - w**2) ** 2 + (2 * damping * own * w) ** 2)
        return 10 * np.log(largest(gain)) / math.log(10) + np.sum(p["log_z"] ** 2)

    return cost, {"log_z": np.array([rng.uniform(-4, -1)]), "log_w": normal(rng, 1) / 2}


def linear_prediction(rng: Generator) -> Made:
    """Levinson's and Durbin's recursion, to order six."""
    x, n = normal(rng, 60).cumsum(), np.arange(60)

    def cost(p: Params) -> Any:
        s = x * np.exp(-p["w"][0] * n) + p["c"] @ np.cos(np.outer([1, 2, 3], n))
        r = np.array([s[: 60 - k] @ s[k:] for k in range(7)])
        a, error = np.array([1 + 0 * r[0]]), r[0]
        for k in range(1, 7):
            longer = np.append(a, 0)
            reflected = -(a @ r[k:0:-1][: len(a)]) / error
            a, error = longer + reflected * longer[::-1], error * (1 - reflected**2)
        return np.log(error) + 0.1 * p["c"] @ p["c"]

    return cost, {"w": np.array([0.02]), "c": normal(rng, 3)}


def unwrapped(rng: Generator) -> Made:
    """Phases, wrapped and unwrapped again."""
    t = np.arange(12)

    def wrapped(phase: Any) -> Any:
        return phase - 2 * np.pi * np.round(np.real(phase) / (2 * np.pi))

    def cost(p: Params) -> Any:
        phase = wrapped(p["f"][0] * t + p["c"][0] + p["d"])
        path = np.concatenate([phase[:1], phase[0] + np.cumsum(wrapped(np.diff(phase)))])
        return np.mean((path - 2.9 * t) ** 2)

    return cost, {"f": np.array([rng.uniform(2.7, 3.0)]), "c": normal(rng, 1), "d": 0.02 * normal(rng, 12)}


# ---- learning


def sparse_attention(rng: Generator) -> Made:
    """Sparsemax: the nearest point of the simplex, by sorting, in place of a softmax."""
    X, y, v = normal(rng, 6, 3), normal(rng, 6), normal(rng, 6, 2)

    def sparsemax(z: Any) -> Any:
        ranked, k = np.sort(np.real(z))[::-1], np.arange(1, len(z) + 1)
        on = np.real(z) >= ranked[np.flatnonzero(1 + k * ranked > np.cumsum(ranked))[-1]]
        return np.where(on, z - (z[on].sum() - 1) / on.sum(), 0)

    def cost(p: Params) -> Any:
        fit = sum(np.sum((sparsemax(X @ p["Q"] @ X[i]) @ v - y[i]) ** 2) for i in range(6))
        return fit + 0.1 * np.sum(p["Q"] ** 2)

    return cost, {"Q": normal(rng, 3, 3)}


def chamfer(rng: Generator) -> Made:
    """Two clouds of points, each point against its nearest in the other."""
    Y = normal(rng, 9, 2)

    def cost(p: Params) -> Any:
        c, s = np.cos(p["turn"][0]), np.sin(p["turn"][0])
        moved = p["x"] @ np.array([[c, -s], [s, c]]) + p["move"]
        D = ((moved[:, None] - Y) ** 2).sum(-1)
        return -largest(-D, 1).mean() - largest(-D, 0).mean()

    return cost, {"x": normal(rng, 7, 2), "turn": normal(rng, 1), "move": np.zeros(2)}


def nearly_at_the_kink(rng: Generator) -> Made:
    """A ReLU unit that is 1e-10 to 1e-7 of its sum from its kink."""
    X, v, w = normal(rng, 6, 4), normal(rng, 6), normal(rng, 4)
    b = normal(rng, 6) - X @ w
    b[0] = 10.0 ** rng.uniform(-10, -7) * rng.choice([-1, 1]) * np.abs(X[0] * w).max() - X[0] @ w
    return (lambda p: v @ positive(X @ p["w"] + b)), {"w": w}


# ---- physics


def cut_lennard_jones(rng: Generator) -> Made:
    """Cut at 2.5 and not shifted: one pair is 1e-6 to 1e-3 inside of the distance at which the energy jumps."""
    x = np.cumsum([0, 1.1, 1.2, 1.15, 1.05])[:, None] * np.array([1.0, 0, 0]) + 0.1 * normal(rng, 5, 3)
    d = x[2] - x[0]
    x[2] = x[0] + d / np.sqrt(d @ d) * (2.5 - 10.0 ** rng.uniform(-6, -3))
    i, j = np.tril_indices(5, -1)

    def cost(p: Params) -> Any:
        q = ((p["x"][i] - p["x"][j]) ** 2).sum(1)
        return np.sum(np.where(np.real(q) < 6.25, 4 * (q**-6 - q**-3), 0))

    return cost, {"x": x}


def coils(rng: Generator) -> Made:
    """Mutual inductance: elliptic integrals by the arithmetic-geometric mean, to the last digit."""

    def integrals(m: Any) -> tuple[Any, Any]:
        a, b, c, total, k = 1 + 0 * m, np.sqrt(1 - m), m, 0 * m, 0.5
        while np.abs(np.real(c)).max() > 1e-16:
            total, k = total + k * c, 2 * k
            a, b, c = (a + b) / 2, np.sqrt(a * b), ((a - b) / 2) ** 2
        return np.pi / 2 / a, np.pi / 2 / a * (1 - total)

    def cost(p: Params) -> Any:
        a, b = np.exp(p["log_r"])
        m = 4 * a * b / ((a + b) ** 2 + p["z"] ** 2)
        K, E = integrals(m)
        return np.sum((np.sqrt(a * b / m) * ((2 - m) * K - 2 * E) - 0.2) ** 2)

    return cost, {"log_r": normal(rng, 2) / 3, "z": np.array([0.1, 0.5, 1.0]) + rng.uniform(size=3)}


def invariant_mass(rng: Generator) -> Rounded:
    """Of two fast particles, nearly side by side: E² − p² loses up to eight digits, half of the angle none."""
    apart = 10.0 ** rng.uniform(-4, -2)

    def exact(p: Params) -> Any:
        return np.log(4 * p["p"][0] * p["p"][1] * np.sin((p["t"][0] - p["t"][1]) / 2) ** 2)

    def seen(p: Params) -> Any:
        x, y = np.sum(p["p"] * np.cos(p["t"])), np.sum(p["p"] * np.sin(p["t"]))
        return np.log(np.sum(p["p"]) ** 2 - x**2 - y**2)

    return exact, {"p": np.array([100.0, 60.0]), "t": 0.7 + apart * np.array([-1, 1]) * rng.uniform(0.5, 1, 2)}, seen


def lowest_levels(rng: Generator) -> Made:
    """The gap between the two lowest states in a double well, on a grid."""
    n, x = 30, np.linspace(-4, 4, 30)
    T = (2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)) / (2 * (x[1] - x[0]) ** 2)

    def cost(p: Params) -> Any:
        energies = eigenvalues(T + np.diag(p["c"] @ np.array([x**2, x**4, x])))
        return (energies[1] - energies[0] - 1) ** 2 + 0.1 * p["c"] @ p["c"]

    return cost, {"c": np.array([-2.0, 0.3, 0.05]) * (1 + 0.1 * normal(rng, 3))}


# ---- programs


def makespan(rng: Generator) -> Made:
    """When a plan of eight tasks ends, each after those before it."""
    before: list[list[int]] = [[], [0], [0], [1, 2], [2], [3, 4], [1], [5, 6]]

    def cost(p: Params) -> Any:
        end: list[Any] = []
        for task, needed in zip(p["log_time"], before, strict=True):
            end.append((largest(np.array([end[j] for j in needed])) if needed else 0) + np.exp(task))
        return end[-1] + 0.3 * np.sum(np.exp(-p["log_time"]))

    return cost, {"log_time": normal(rng, 8) / 2}


def newsvendor(rng: Generator) -> Made:
    """Whole orders against whole demands: each order stands at the kinks of several."""
    demand = rng.poisson(20, (40, 3)).astype(float)

    def cost(p: Params) -> Any:
        return np.mean((3 * positive(demand - p["q"]) + positive(p["q"] - demand)).sum(1)) + 0.1 * np.sum(p["q"])

    return cost, {"q": np.array([18.0, 20.0, 23.0])}


def rebalanced(rng: Generator) -> Made:
    """Sharpe's ratio less the costs of trading, at the portfolio that one has: a kink in every weight."""
    R, held = 0.001 + 0.01 * normal(rng, 50, 6), rng.dirichlet(np.ones(6))

    def cost(p: Params) -> Any:
        r = R @ p["w"]
        return -np.mean(r) / np.sqrt(np.mean((r - np.mean(r)) ** 2)) + 0.05 * size(p["w"] - held).sum()

    return cost, {"w": held.copy()}


COARSE = (extreme_values, invariant_mass)  # digits lost inside
AT_KINKS = (newsvendor, rebalanced)
KINDS: dict[str, Callable[[Generator], Any]] = {
    f.__name__: f
    for f in (
        isotonic, wide_columns, american_option, whole_days, lyapunov, highest_gain, linear_prediction, unwrapped,
        sparse_attention, chamfer, nearly_at_the_kink, cut_lennard_jones, coils, lowest_levels, makespan,
        *COARSE, *AT_KINKS,
    )
}  # fmt: skip
