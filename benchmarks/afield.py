"""A second hundred kinds of cost as other people write them, made as those of `elsewhere` are and after them.

Likelihoods, solvers of differential equations, linear algebra, tables, transport, physics in SI units, iterations to
a tolerance, kinks on the point, edges of domains, waves, zero starts, buffers that a cost keeps. Where no complex
function exists (eigenvalues, erf), the imaginary part is the first-order one, from perturbation theory.
Nothing here uses gradlab.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.elsewhere import (
    Cost,
    Generator,
    Made,
    Params,
    Rounded,
    largest,
    log_sum_exp,
    made,
    normal,
    positive,
    sigmoid,
    size,
    softplus,
)


def case(kind: str, seed: int) -> tuple[Callable[[Params], float], Params, Params]:
    """The cost as a checker sees it, its params, and its right gradient."""
    return made(KINDS[kind], seed)


# ---- pieces that take complex numbers


def first_order(z: Any, value: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Any:
    """f(z) = value(Re z) + i Im z slope(Re z)."""
    if not np.iscomplexobj(z):
        return value(z)
    return value(z.real) + 1j * z.imag * slope(z.real)


def normal_cdf(z: Any) -> Any:
    erf = np.vectorize(math.erf, otypes=[float])
    return first_order(
        z,
        lambda x: 0.5 + 0.5 * erf(x / math.sqrt(2)),
        lambda x: np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi),
    )


def log_gamma(z: Any) -> Any:
    """Stirling's series after ten steps of the recurrence."""
    shift = sum(np.log(z + k) for k in range(10))
    w = z + 10
    series = 1 / (12 * w) - 1 / (360 * w**3) + 1 / (1260 * w**5) - 1 / (1680 * w**7)
    return (w - 0.5) * np.log(w) - w + 0.5 * math.log(2 * math.pi) + series - shift


def eigenvalues(A: Any) -> Any:
    """Of a symmetric matrix; the imaginary part is v' Im(A) v."""
    A = (A + A.T) / 2
    if not np.iscomplexobj(A):
        return np.linalg.eigvalsh(A)
    values, vectors = np.linalg.eigh(A.real)
    return values + 1j * np.einsum("ik,ij,jk->k", vectors, A.imag, vectors)


def singular_values(A: Any) -> Any:
    """The imaginary part is u' Im(A) v."""
    if not np.iscomplexobj(A):
        return np.linalg.svd(A, compute_uv=False)
    U, values, V = np.linalg.svd(A.real, full_matrices=False)
    return values + 1j * np.einsum("ik,ij,kj->k", U, A.imag, V)


def cholesky(K: Any) -> Any:
    n = len(K)
    L = np.zeros_like(K)
    for j in range(n):
        L[j, j] = np.sqrt(K[j, j] - L[j, :j] @ L[j, :j])
        L[j + 1 :, j] = (K[j + 1 :, j] - L[j + 1 :, :j] @ L[j, :j]) / L[j, j]
    return L


def expm(A: Any) -> Any:
    """Scaling by 2^6, fourteen terms of Taylor, squaring."""
    A = A / 64
    term = total = np.eye(len(A)) + 0 * A
    for k in range(1, 15):
        term = term @ A / k
        total = total + term
    for _ in range(6):
        total = total @ total
    return total


def by_key(z: Any) -> Any:
    """Sorted by real part along the last axis."""
    return np.take_along_axis(z, np.real(z).argsort(-1, kind="stable"), -1)


# ---- likelihoods


def poisson_exposure(rng: Generator) -> Made:
    X, hours = normal(rng, 40, 4), rng.uniform(0.1, 30, 40)
    counts = rng.poisson(hours)
    return (
        lambda p: np.sum(hours * np.exp(X @ p["beta"] + p["mu"]) - counts * (X @ p["beta"] + p["mu"])),
        {"beta": 0.3 * normal(rng, 4), "mu": normal(rng, 1) / 4},
    )


def negative_binomial(rng: Generator) -> Made:
    X = normal(rng, 30, 3)
    y = rng.negative_binomial(2, 0.3, 30).astype(float)

    def cost(p: Params) -> Any:
        mean, shape = np.exp(X @ p["beta"]), np.exp(p["log_shape"][0])
        terms = log_gamma(y + shape) - log_gamma(shape + 0 * y)
        return -np.mean(terms + shape * np.log(shape / (shape + mean)) + y * np.log(mean / (shape + mean)))

    return cost, {"beta": 0.3 * normal(rng, 3), "log_shape": normal(rng, 1)}


def cox(rng: Generator) -> Made:
    X, times = normal(rng, 25, 4), rng.exponential(1.0, 25)
    dead = rng.random(25) < 0.7
    X, dead = X[times.argsort()], dead[times.argsort()]

    def cost(p: Params) -> Any:
        score = X @ p["hazard"]
        at_risk = np.cumsum(np.exp(score)[::-1])[::-1]
        return -np.sum((score - np.log(at_risk))[dead])

    return cost, {"hazard": normal(rng, 4)}


def hawkes(rng: Generator) -> Made:
    events = np.sort(rng.uniform(0, 50, 30))

    def cost(p: Params) -> Any:
        base, jump, decay = np.exp(p["log_rates"])
        total, memory = base * 50 + jump / decay * np.sum(1 - np.exp(-decay * (50 - events))), 0.0
        for i, t in enumerate(events):
            if i:
                memory = (memory + 1) * np.exp(-decay * (t - events[i - 1]))
            total = total - np.log(base + jump * memory)
        return total

    return cost, {"log_rates": np.array([-0.7, -1.0, 0.3]) + 0.2 * normal(rng, 3)}


def student(rng: Generator) -> Made:
    X, y = normal(rng, 50, 5), rng.standard_t(2, 50)

    def cost(p: Params) -> Any:
        dof, scale = np.exp(p["nu"][0]), np.exp(p["log_scale"][0])
        r = (y - X @ p["w"]) / scale
        constant = log_gamma((dof + 1) / 2) - log_gamma(dof / 2) - 0.5 * np.log(dof * np.pi) - np.log(scale)
        return -np.sum(constant - (dof + 1) / 2 * np.log(1 + r**2 / dof))

    return cost, {"w": normal(rng, 5), "nu": normal(rng, 1), "log_scale": normal(rng, 1) / 3}


def ordinal(rng: Generator) -> Made:
    X, y = normal(rng, 60, 3), rng.integers(0, 4, 60)

    def cost(p: Params) -> Any:
        cuts = np.concatenate([p["first"], p["first"] + np.cumsum(np.exp(p["gaps"]))])
        edges = sigmoid(cuts[None, :] - (X @ p["w"])[:, None])
        below = np.concatenate([np.zeros((60, 1)), edges, np.ones((60, 1))], 1)
        return -np.mean(np.log((below[:, 1:] - below[:, :-1])[np.arange(60), y]))

    return cost, {"w": normal(rng, 3), "first": np.array([-1.0]), "gaps": 0.3 * normal(rng, 2)}


def process_evidence(rng: Generator) -> Made:
    """The evidence of a Gaussian process whose matrix has a condition of about 1e8."""
    x = np.sort(rng.uniform(0, 3, 14))
    y = np.sin(2 * x) + 0.01 * normal(rng, 14)

    def cost(p: Params) -> Any:
        length, height, noise = np.exp(p["log_hyper"])
        K = height * np.exp(-((x[:, None] - x) ** 2) / 2 / length**2) + (noise**2 + 1e-7) * np.eye(14)
        L = cholesky(K)
        half = np.linalg.solve(L, y)
        return half @ half / 2 + np.log(np.diag(L)).sum()

    return cost, {"log_hyper": np.array([-0.2, 0.1, -5.0]) + 0.2 * normal(rng, 3)}


def kalman(rng: Generator) -> Made:
    seen = np.cumsum(normal(rng, 40)) + normal(rng, 40)

    def cost(p: Params) -> Any:
        drift, measured = np.exp(p["log_var"])
        mean, var, total = p["start"][0], 1.0, 0.0
        for y in seen:
            mean, var = p["rho"][0] * mean, p["rho"][0] ** 2 * var + drift
            s, r = var + measured, y - mean
            total = total + 0.5 * np.log(2 * np.pi * s) + r**2 / (2 * s)
            mean, var = mean + var / s * r, var * (1 - var / s)
        return total

    return cost, {"log_var": normal(rng, 2) / 2, "rho": np.array([0.9]), "start": normal(rng, 1)}


def hidden_markov(rng: Generator) -> Made:
    seen = rng.integers(0, 5, 30)

    def cost(p: Params) -> Any:
        move = p["move"] - log_sum_exp(p["move"])[:, None]
        say = p["say"] - log_sum_exp(p["say"])[:, None]
        alpha = -math.log(3) + say[:, seen[0]]
        for s in seen[1:]:
            alpha = log_sum_exp((alpha[:, None] + move).T) + say[:, s]
        return -log_sum_exp(alpha)

    return cost, {"move": normal(rng, 3, 3), "say": normal(rng, 3, 5)}


def probit(rng: Generator) -> Made:
    X, sign = normal(rng, 40, 4), np.where(rng.random(40) < 0.5, 1, -1)
    return lambda p: -np.sum(np.log(normal_cdf(sign * (X @ p["w"])))), {"w": normal(rng, 4) / 2}


def von_mises(rng: Generator) -> Made:
    angles = rng.vonmises(0.5, 3, 60)

    def cost(p: Params) -> Any:
        kappa = np.exp(p["log_kappa"][0])
        bessel = sum((kappa / 2) ** (2 * k) / math.factorial(k) ** 2 for k in range(40))
        return -np.sum(kappa * np.cos(angles - p["mean"][0])) + 60 * np.log(2 * np.pi * bessel)

    return cost, {"log_kappa": normal(rng, 1), "mean": normal(rng, 1)}


def elo(rng: Generator) -> Made:
    """Ratings near 1500 in the base-10 logistic model."""
    a, b = rng.integers(0, 8, (2, 60))
    won = rng.random(60) < 0.5
    keep = a != b
    a, b, won = a[keep], b[keep], won[keep]

    def cost(p: Params) -> Any:
        gap = (p["rating"][b] - p["rating"][a]) / 400
        return -np.sum(np.log(1 / (1 + 10 ** np.where(won, gap, -gap))))

    return cost, {"rating": 1500 + 200 * normal(rng, 8)}


def weibull_censored(rng: Generator) -> Made:
    days, seen = 1000 * rng.weibull(1.5, 40), rng.random(40) < 0.8

    def cost(p: Params) -> Any:
        k, scale = p["shape"][0], p["scale_days"][0]
        return -np.sum(np.where(seen, np.log(k / scale) + (k - 1) * np.log(days / scale), 0) - (days / scale) ** k)

    return cost, {"shape": rng.uniform(0.8, 2, 1), "scale_days": rng.uniform(600, 1500, 1)}


def dirichlet_multinomial(rng: Generator) -> Made:
    counts = rng.poisson(8, (12, 5)).astype(float)

    def cost(p: Params) -> Any:
        a = softplus(p["alpha"])
        ends = log_gamma(a.sum()) - log_gamma(a.sum() + counts.sum(1))
        return -np.sum(ends) - np.sum(log_gamma(a + counts) - log_gamma(a + 0 * counts))

    return cost, {"alpha": normal(rng, 5)}


def item_response(rng: Generator) -> Made:
    right = rng.random((12, 6)) < 0.6

    def cost(p: Params) -> Any:
        guess = 0.25 * sigmoid(p["guess"])
        z = guess + (1 - guess) * sigmoid(p["slope"] * (p["ability"][:, None] - p["level"]))
        return -np.mean(np.log(np.where(right, z, 1 - z)))

    return cost, {
        "ability": normal(rng, 12),
        "level": normal(rng, 6),
        "slope": rng.uniform(0.5, 2, 6),
        "guess": normal(rng, 6),
    }


def zero_inflated(rng: Generator) -> Made:
    y = rng.poisson(2, 50) * (rng.random(50) < 0.6)

    def cost(p: Params) -> Any:
        none, rate = sigmoid(p["logit"][0]), np.exp(p["log_rate"][0])
        at_zero = np.log(none + (1 - none) * np.exp(-rate))
        return -np.sum(np.where(y == 0, at_zero, np.log(1 - none) - rate + y * np.log(rate)))

    return cost, {"logit": normal(rng, 1), "log_rate": normal(rng, 1) / 2}


# ---- differential equations


def burgers(rng: Generator) -> Made:
    """Godunov's flux: a choice by sign at every face."""
    target = normal(rng, 20)

    def cost(p: Params) -> Any:
        u = p["u0"]
        for _ in range(15):
            left, right = positive(u), -positive(-np.roll(u, -1))
            flux = np.where(np.real(left) ** 2 > np.real(right) ** 2, left, right) ** 2 / 2
            u = u - 0.1 * (flux - np.roll(flux, 1))
        return np.sum((u - target) ** 2)

    return cost, {"u0": normal(rng, 20)}


def minmod_advection(rng: Generator) -> Made:
    target = normal(rng, 16)

    def cost(p: Params) -> Any:
        u = p["u"]
        for _ in range(10):
            a, b = u - np.roll(u, 1), np.roll(u, -1) - u
            slope = np.where(np.real(a) * np.real(b) > 0, np.where(np.abs(a.real) < np.abs(b.real), a, b), 0)
            face = u + 0.3 * slope
            u = u - 0.4 * p["speed"][0] * (face - np.roll(face, 1))
        return np.mean((u - target) ** 2)

    return cost, {"u": normal(rng, 16), "speed": np.array([0.8])}


def stiff(rng: Generator) -> Made:
    """Van der Pol with mu = 50, implicit Euler, eight Newton steps each."""
    x0 = np.array([2.0, 0.0])

    def cost(p: Params) -> Any:
        mu, x = 50 * np.exp(p["log_mu"][0]), x0 + 0 * p["log_mu"][0] + p["shift"]
        for _ in range(20):
            new = x
            for _ in range(8):
                a, b = new
                F = new - x - 0.02 * np.array([b, mu * (1 - a**2) * b - a])
                jac = np.array(
                    [[1 + 0 * a, -0.02 + 0 * a], [0.02 * (2 * mu * a * b + 1), 1 - 0.02 * mu * (1 - a**2)]]
                )
                new = new - np.linalg.solve(jac, F)
            x = new
        return np.sum(x**2)

    return cost, {"log_mu": 0.1 * normal(rng, 1), "shift": 0.1 * normal(rng, 2)}


def epidemic(rng: Generator) -> Made:
    """Ten million people, fitted to counts of cases: a cost of about 1e10."""
    counts = rng.poisson(2e4, 40)

    def cost(p: Params) -> Any:
        beta, gamma, first = p["beta"][0], p["gamma"][0], p["infected"][0]
        s, i, total = 1e7 - first, first, 0.0
        for n in counts:
            new = beta * s * i / 1e7
            total = total + (new - n) ** 2
            s, i = s - new, i + new - gamma * i
        return total

    return cost, {
        "beta": rng.uniform(0.2, 0.4, 1),
        "gamma": rng.uniform(0.05, 0.15, 1),
        "infected": np.array([500.0]),
    }


def pendulum(rng: Generator) -> Made:
    def cost(p: Params) -> Any:
        angle, speed = p["start"]
        for _ in range(300):
            speed = speed - 0.05 * p["g_over_l"][0] * np.sin(angle)
            angle = angle + 0.05 * speed
        return (angle - 1) ** 2 + speed**2

    return cost, {"start": normal(rng, 2), "g_over_l": np.array([9.81])}


def wave_inversion(rng: Generator) -> Made:
    source, target = np.exp(-((np.arange(30) - 8) ** 2) / 6.0), normal(rng, 40) / 10

    def cost(p: Params) -> Any:
        old = now = source + 0 * p["slowness"][0]
        traces = 0.0
        for t in range(40):
            bend = np.roll(now, 1) - 2 * now + np.roll(now, -1)
            old, now = now, 2 * now - old + 0.3 * bend / p["slowness"] ** 2
            traces = traces + (now[22] - target[t]) ** 2
        return traces

    return cost, {"slowness": 1 + 0.1 * rng.random(30)}


def three_bodies(rng: Generator) -> Made:
    def cost(p: Params) -> Any:
        x, v = p["x"], p["v"]
        for _ in range(60):
            gap = x[:, None] - x[None]
            force = -(gap / ((gap**2).sum(-1, keepdims=True) + 0.05) ** 1.5).sum(1)
            v = v + 0.02 * force
            x = x + 0.02 * v
        return np.sum(x**2)

    return cost, {"x": normal(rng, 3, 2), "v": 0.3 * normal(rng, 3, 2)}


def bouncing_ball(rng: Generator) -> Made:
    """Impacts are found exactly: smooth between changes of their number."""

    def cost(p: Params) -> Any:
        height, speed, left = p["height"][0], p["speed"][0], 3.0
        for _ in range(20):
            hit = (speed + np.sqrt(speed**2 + 2 * 9.81 * height)) / 9.81
            if np.real(hit) > np.real(left):
                break
            height, speed, left = 0.0, p["bounce"][0] * (9.81 * hit - speed), left - hit
        return (height + speed * left - 9.81 * left**2 / 2 - 0.3) ** 2

    return cost, {"height": rng.uniform(0.5, 2, 1), "speed": normal(rng, 1), "bounce": rng.uniform(0.6, 0.9, 1)}


def controller(rng: Generator) -> Made:
    """A PID controller whose valve opens by 2 at most."""

    def cost(p: Params) -> Any:
        x = v = whole = total = 0.0
        before = 1.0
        for _ in range(80):
            error = 1 - x
            whole = whole + 0.05 * error
            u = p["gains"] @ np.array([error, whole, (error - before) / 0.05])
            u = 2 - positive(4 - positive(u + 2))
            v = v + 0.05 * (u - 0.5 * v - x)
            x, before, total = x + 0.05 * v, error, total + error**2
        return total

    return cost, {"gains": np.array([3.0, 1.0, 0.4]) * rng.uniform(0.5, 2, 3)}


def gray_scott(rng: Generator) -> Made:
    u0, v0 = 1 - 0.5 * rng.random((6, 6)), 0.25 * rng.random((6, 6))

    def bend(z: Any) -> Any:
        return sum(np.roll(z, s, a) for s in (1, -1) for a in (0, 1)) - 4 * z

    def cost(p: Params) -> Any:
        feed, kill = p["rates"]
        u, v = u0, v0
        for _ in range(60):
            react = u * v**2
            u, v = u + 0.16 * bend(u) - react + feed * (1 - u), v + 0.08 * bend(v) + react - (feed + kill) * v
        return np.mean(v**2)

    return cost, {"rates": np.array([0.035, 0.06]) * rng.uniform(0.9, 1.1, 2)}


# ---- linear algebra


def exponential_map(rng: Generator) -> Made:
    v = normal(rng, 4)
    return lambda p: np.sum((expm(p["A"]) @ v) ** 2), {"A": normal(rng, 4, 4)}


def nuclear_norm(rng: Generator) -> Made:
    M = normal(rng, 6, 4)
    return lambda p: singular_values(p["U"] @ p["V"] - M).sum(), {"U": normal(rng, 6, 2), "V": normal(rng, 2, 4)}


def smallest_singular(rng: Generator) -> Made:
    U, _, V = np.linalg.svd(normal(rng, 5, 5))
    return lambda p: np.log(singular_values(p["A"])[-1]), {"A": U @ np.diag([3, 2, 1, 0.1, 1e-5]) @ V}


def pseudo_inverse(rng: Generator) -> Rounded:
    y = normal(rng, 9)
    return (
        lambda p: np.sum(np.linalg.solve(p["X"].T @ p["X"], p["X"].T @ y) ** 2),
        {"X": normal(rng, 9, 3)},
        lambda p: np.sum((np.linalg.pinv(p["X"]) @ y) ** 2),
    )


def near_singular_cholesky(rng: Generator) -> Made:
    B = normal(rng, 5, 3)

    def cost(p: Params) -> Any:
        K = B @ B.T + np.diag(np.exp(p["log_jitter"])) + 0 * p["log_jitter"][0]
        return np.sum(np.log(np.diag(cholesky(K))))

    return cost, {"log_jitter": -16 + normal(rng, 5)}


def power_iteration(rng: Generator) -> Rounded:
    """To a tolerance of 1e-10."""
    n = 5

    def seen(p: Params) -> Any:
        A, v = p["A"] @ p["A"].T, np.ones(n) / math.sqrt(n)
        for _ in range(5000):
            new = A @ v
            new = new / np.linalg.norm(new)
            if np.abs(new - v).max() < 1e-10:
                break
            v = new
        return new @ A @ new

    A = normal(rng, n, n) + 3 * np.outer(normal(rng, n), np.ones(n))
    return lambda p: eigenvalues(p["A"] @ p["A"].T)[-1], {"A": A}, seen


def spectral_norm_net(rng: Generator) -> Made:
    X, y = normal(rng, 8, 4), normal(rng, 8, 2)

    def cost(p: Params) -> Any:
        H = np.tanh(X @ (p["W1"] / singular_values(p["W1"])[0]))
        return np.mean((H @ (p["W2"] / singular_values(p["W2"])[0]) - y) ** 2)

    return cost, {"W1": normal(rng, 4, 5), "W2": normal(rng, 5, 2)}


def big_slogdet(rng: Generator) -> Rounded:
    def kernel(p: Params) -> Any:
        return p["M"] @ p["M"].T + np.exp(p["log_noise"][0]) * np.eye(12)

    return (
        lambda p: 2 * np.log(np.diag(cholesky(kernel(p)))).sum(),
        {"M": normal(rng, 12, 4), "log_noise": np.array([-3.0])},
        lambda p: np.linalg.slogdet(kernel(p))[1],
    )


def newton_schulz(rng: Generator) -> Made:
    """The inverse square root of a covariance, by iteration."""
    X = normal(rng, 30, 4)

    def cost(p: Params) -> Any:
        K = (X @ p["W"]).T @ (X @ p["W"]) / 30 + 0.1 * np.eye(4)
        scale = np.trace(K)
        Y, Z = K / scale, np.eye(4)
        for _ in range(15):
            T = (3 * np.eye(4) - Z @ Y) / 2
            Y, Z = Y @ T, T @ Z
        return np.sum((X @ p["W"] @ Z / np.sqrt(scale)) ** 4) / 30

    return cost, {"W": np.eye(4) + 0.3 * normal(rng, 4, 4)}


def gram_schmidt(rng: Generator) -> Made:
    R = normal(rng, 5, 3)

    def cost(p: Params) -> Any:
        columns: list[Any] = []
        for a in p["A"].T:
            for q in columns:
                a = a - (q @ a) * q
            columns.append(a / np.sqrt(a @ a))
        return np.sum(R * np.stack(columns, 1))

    return cost, {"A": normal(rng, 5, 3)}


def variable_projection(rng: Generator) -> Made:
    t = np.linspace(0, 4, 30)
    y = 2 * np.exp(-t) + np.exp(-0.3 * t) + 0.01 * normal(rng, 30)

    def cost(p: Params) -> Any:
        B = np.exp(-np.outer(t, p["rates"]))
        r = y - B @ np.linalg.solve(B.T @ B, B.T @ y)
        return r @ r

    return cost, {"rates": np.array([0.35, 1.2]) * rng.uniform(0.8, 1.2, 2)}


def procrustes(rng: Generator) -> Made:
    Y = normal(rng, 10, 3)

    def cost(p: Params) -> Any:
        X = p["X"] - p["X"].mean(0)
        return np.sum(X**2) + np.sum(Y**2) - 2 * singular_values(X.T @ Y).sum()

    return cost, {"X": Y + 0.5 * normal(rng, 10, 3)}


# ---- splines, tables


def natural_spline(rng: Generator) -> Made:
    at, y = np.sort(rng.uniform(0, 7, 25)), normal(rng, 25)
    inner = np.diag(np.full(6, 4.0)) + np.diag(np.ones(5), 1) + np.diag(np.ones(5), -1)

    def cost(p: Params) -> Any:
        v = p["knots"]
        m = np.concatenate([[0], np.linalg.solve(inner, 6 * (v[2:] - 2 * v[1:-1] + v[:-2])), [0]])
        i = np.minimum(at.astype(int), 6)
        a, b = i + 1 - at, at - i
        return np.mean((a * v[i] + b * v[i + 1] + ((a**3 - a) * m[i] + (b**3 - b) * m[i + 1]) / 6 - y) ** 2)

    return cost, {"knots": normal(rng, 8)}


def bilinear_warp(rng: Generator) -> Made:
    image, target = normal(rng, 9, 9), normal(rng, 5, 5)
    rows, columns = np.mgrid[1:6, 1:6]

    def cost(p: Params) -> Any:
        y, x = rows + p["shift"][0] + p["turn"][0] * columns, columns + p["shift"][1] - p["turn"][0] * rows
        i, j = np.floor(np.real(y)).astype(int) % 8, np.floor(np.real(x)).astype(int) % 8
        a, b = y - np.floor(np.real(y)), x - np.floor(np.real(x))
        top = (1 - b) * image[i, j] + b * image[i, j + 1]
        low = (1 - b) * image[i + 1, j] + b * image[i + 1, j + 1]
        return np.mean(((1 - a) * top + a * low - target) ** 2)

    return cost, {"shift": rng.uniform(0.2, 0.8, 2), "turn": 0.05 * normal(rng, 1)}


def cubic_b_spline(rng: Generator) -> Made:
    x = rng.uniform(0.5, 5.5, 12)
    c = normal(rng, 9)

    def cost(p: Params) -> Any:
        z = x * p["stretch"][0] + p["offset"][0]
        i = np.clip(np.floor(np.real(z)).astype(int), 0, 5)
        u = z - i
        basis = ((1 - u) ** 3, 3 * u**3 - 6 * u**2 + 4, -3 * u**3 + 3 * u**2 + 3 * u + 1, u**3)
        return np.sum(np.sin(sum(b * (c[i + k] * p["gain"][0]) for k, b in enumerate(basis)) / 6))

    return cost, {"stretch": np.array([0.98]), "offset": 0.02 * normal(rng, 1), "gain": normal(rng, 1)}


def table_on_the_node(rng: Generator) -> Made:
    """A piecewise linear table read exactly at a node: the gradient is that of the piece to the right."""
    values = normal(rng, 12)

    def cost(p: Params) -> Any:
        i = np.floor(np.real(p["x"])).astype(int)
        return np.sum(values[i] + (p["x"] - i) * (values[i + 1] - values[i])) + np.sum(p["x"] ** 2)

    return cost, {"x": rng.integers(4, 8, 4).astype(float)}


def nearest_table(rng: Generator) -> Made:
    """A step function of the parameter, away from its steps, beside a smooth part."""
    prices = rng.uniform(1, 5, 50)

    def cost(p: Params) -> Any:
        q = p["quantity"]
        return np.sum(prices[np.clip(np.floor(np.real(q)).astype(int), 0, 49)] * q) + np.sum(np.log(q))

    return cost, {"quantity": rng.integers(2, 40, 5) + rng.uniform(0.2, 0.8, 5)}


def akima_ratio(rng: Generator) -> Made:
    """Weights |difference| over a sum of them, as in Akima's splines."""

    def cost(p: Params) -> Any:
        d = np.diff(p["y"])
        w = size(np.diff(d))
        t = (w[2:] * d[1:-2] + w[:-2] * d[2:-1]) / (w[2:] + w[:-2])
        return np.sum(t**2)

    return cost, {"y": normal(rng, 9)}


# ---- sorting, transport, structured prediction


def wasserstein(rng: Generator) -> Made:
    y = np.sort(normal(rng, 15))
    x = normal(rng, 15)
    return lambda p: np.mean(size(by_key(p["a"][0] * x + p["b"][0]) - y)), {"a": normal(rng, 1), "b": normal(rng, 1)}


def sinkhorn(rng: Generator) -> Made:
    Y = normal(rng, 7, 2)

    def cost(p: Params) -> Any:
        C = ((p["X"][:, None] - Y) ** 2).sum(-1)
        f, g = np.zeros(6), np.zeros(7)
        for _ in range(40):
            f = -0.5 * (log_sum_exp((g - C) / 0.5) - math.log(7))
            g = -0.5 * (log_sum_exp((f[:, None] - C).T / 0.5) - math.log(6))
        return np.sum(np.exp((f[:, None] + g - C) / 0.5) * C) / 42

    return cost, {"X": normal(rng, 6, 2)}


def time_warp(rng: Generator) -> Made:
    y = normal(rng, 7)

    def cost(p: Params) -> Any:
        x = p["x"]
        best = {(-1, -1): 0 * x[0]}
        for i in range(6):
            for j in range(7):
                came = [best[k] for k in ((i - 1, j), (i, j - 1), (i - 1, j - 1)) if k in best]
                best[i, j] = (x[i] - y[j]) ** 2 + min(came, key=np.real)
        return best[5, 6]

    return cost, {"x": normal(rng, 6)}


def crf(rng: Generator) -> Made:
    X, tags = normal(rng, 9, 4), rng.integers(0, 3, 9)

    def cost(p: Params) -> Any:
        emit = X @ p["emit"]
        alpha = emit[0]
        for e in emit[1:]:
            alpha = log_sum_exp((alpha[:, None] + p["trans"]).T) + e
        score = emit[np.arange(9), tags].sum() + p["trans"][tags[:-1], tags[1:]].sum()
        return log_sum_exp(alpha) - score + 0.01 * np.sum(p["trans"] ** 2)

    return cost, {"emit": normal(rng, 4, 3), "trans": normal(rng, 3, 3)}


def inside_algorithm(rng: Generator) -> Made:
    words = rng.integers(0, 4, 6)

    def cost(p: Params) -> Any:
        rules = p["rules"] - log_sum_exp(p["rules"].reshape(3, 9))[:, None, None]
        chart = {(i, i + 1): p["lexicon"][:, w] for i, w in enumerate(words)}
        for span in range(2, 7):
            for i in range(7 - span):
                parts = [
                    rules + chart[i, k][None, :, None] + chart[k, i + span][None, None, :]
                    for k in range(i + 1, i + span)
                ]
                chart[i, i + span] = log_sum_exp(np.stack(parts, -1).reshape(3, -1))
        return -chart[0, 6][0]

    return cost, {"rules": normal(rng, 3, 3, 3), "lexicon": normal(rng, 3, 4)}


def list_net(rng: Generator) -> Made:
    X, relevance = normal(rng, 8, 5), rng.integers(0, 3, 8)

    def cost(p: Params) -> Any:
        s = np.tanh(X @ p["W"]) @ p["v"]
        rank = 1 + (sigmoid((s[None] - s[:, None]) / 0.1).sum(1) - 0.5)
        return -np.sum((2.0**relevance - 1) / np.log2(1 + rank))

    return cost, {"W": normal(rng, 5, 4), "v": normal(rng, 4)}


def running_maximum(rng: Generator) -> Made:
    """The largest fall from a peak of a running sum."""
    r = normal(rng, 30, 3)

    def cost(p: Params) -> Any:
        level = np.cumsum(r @ p["weights"])
        peak, worst = level[0], 0 * level[0]
        for x in level:
            peak = x if x.real > peak.real else peak
            worst = peak - x if (peak - x).real > worst.real else worst
        return worst

    return cost, {"weights": normal(rng, 3)}


def pairwise_auc(rng: Generator) -> Made:
    A, B = normal(rng, 8, 3), normal(rng, 9, 3)
    return lambda p: np.mean(positive(1 - ((A @ p["w"])[:, None] - B @ p["w"])) ** 2), {"w": normal(rng, 3)}


def straight_assignment(rng: Generator) -> Made:
    """The cheapest of all 24 assignments."""
    from itertools import permutations

    every = np.array(list(permutations(range(4))))

    def cost(p: Params) -> Any:
        return -largest(-p["C"][np.arange(4), every].sum(-1))

    return cost, {"C": normal(rng, 4, 4)}


# ---- physics


def coulomb(rng: Generator) -> Made:
    """Ions in metres and coulombs: a cost of 1e-18, params of 1e-10."""
    k = 8.9875517923e9 * 1.602176634e-19**2
    sign = np.array([1, -1, 1, -1, 1])

    def cost(p: Params) -> Any:
        gap = p["x"][:, None] - p["x"]
        r = np.sqrt((gap**2).sum(-1) + np.eye(5))
        return k * np.sum(np.triu(np.outer(sign, sign) / r, 1)) + 1e-130 * np.sum(np.triu(1 / r**12, 1))

    return cost, {"x": 2e-10 * (np.arange(5)[:, None] + 0.3 * normal(rng, 5, 3))}


def solar_system(rng: Generator) -> Made:
    """Kilograms and metres: a cost of 1e33."""
    mass = np.array([1.989e30, 5.972e24, 1.898e27])

    def cost(p: Params) -> Any:
        r = np.sqrt(((p["r"][:, None] - p["r"]) ** 2).sum(-1) + np.eye(3))
        return -6.674e-11 * np.sum(np.triu(np.outer(mass, mass) / r, 1)) + np.sum(mass[:, None] * p["v"] ** 2) / 2

    r = np.array([[0, 0], [1.5e11, 0], [0, 7.8e11]]) + 1e10 * normal(rng, 3, 2)
    return cost, {"r": r, "v": np.array([[0, 10], [0, 3e4], [1.3e4, 0]]) + 100 * normal(rng, 3, 2)}


def mean_field_ising(rng: Generator) -> Made:
    def cost(p: Params) -> Any:
        m = np.tanh(p["h"])
        mix = sum(q * np.log(q) for q in ((1 + m) / 2, (1 - m) / 2))
        return -np.sum(p["J"] * np.outer(m, m)) / 2 + np.sum(mix)

    return cost, {"h": normal(rng, 5), "J": normal(rng, 5, 5)}


def neo_hookean(rng: Generator) -> Made:
    def cost(p: Params) -> Any:
        F = np.eye(3) + p["u"]
        J = (
            F[0, 0] * (F[1, 1] * F[2, 2] - F[1, 2] * F[2, 1])
            - F[0, 1] * (F[1, 0] * F[2, 2] - F[1, 2] * F[2, 0])
            + F[0, 2] * (F[1, 0] * F[2, 1] - F[1, 1] * F[2, 0])
        )
        return 4e5 * (np.sum(F * F) * J ** (-2 / 3) - 3) + 1e6 * np.log(J) ** 2

    return cost, {"u": 10.0 ** rng.integers(-6, 0) * normal(rng, 3, 3) / 3}


def truss(rng: Generator) -> Made:
    """Steel: a stiffness of 2e11 Pa times micrometres."""
    bars = np.array([(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)])
    at = np.array([(0.0, 0), (1, 0), (1, 1), (0, 1)])

    def cost(p: Params) -> Any:
        x = at + p["displacement"]
        length = np.sqrt(((x[bars[:, 0]] - x[bars[:, 1]]) ** 2).sum(1))
        rest = np.sqrt(((at[bars[:, 0]] - at[bars[:, 1]]) ** 2).sum(1))
        return np.sum(2e11 * 1e-4 / rest * (length - rest) ** 2) / 2 - 1e3 * p["displacement"][2, 1]

    return cost, {"displacement": 1e-6 * normal(rng, 4, 2)}


def snell(rng: Generator) -> Made:
    """Rays near the angle of total reflection."""
    heights = np.linspace(0.1, 0.99, 8)

    def cost(p: Params) -> Any:
        inside = np.arcsin(heights)
        return np.sum((np.arcsin(p["index"][0] * heights) - inside + p["tilt"][0]) ** 2)

    return cost, {"index": 1.01 - 10.0 ** -rng.integers(3, 6, 1), "tilt": normal(rng, 1)}


def interference(rng: Generator) -> Made:
    """Antennas at positions in metres, with a wave of a millimetre."""
    ears = 3 * normal(rng, 6, 2)

    def cost(p: Params) -> Any:
        r = np.sqrt(((p["source"] - ears) ** 2).sum(1))
        return np.sum(np.cos(2 * np.pi * r / 1e-3) / r) ** 2

    return cost, {"source": normal(rng, 2)}


def van_der_waals(rng: Generator) -> Made:
    T, V = rng.uniform(280, 500, 12), rng.uniform(1e-4, 1e-2, 12)
    P = 8.314 * T / V

    def cost(p: Params) -> Any:
        return np.sum((8.314 * T / (V - p["b"][0]) - p["a"][0] / V**2 - P) ** 2)

    return cost, {"a": 0.2 + 0.2 * rng.random(1), "b": 1e-5 * (3 + rng.random(1))}


def radiation(rng: Generator) -> Made:
    def cost(p: Params) -> Any:
        T = p["kelvin"]
        return np.sum((5.670374e-8 * T**4 - 240 + 3 * (T - np.roll(T, 1))) ** 2)

    return cost, {"kelvin": 288 + 20 * normal(rng, 6)}


def arrhenius(rng: Generator) -> Made:
    T = np.linspace(300, 400, 10)
    rate = np.exp(25 - 6e4 / 8.314 / T)
    return (
        lambda p: np.sum((np.log(p["A"][0]) - p["E"][0] / 8.314 / T - np.log(rate)) ** 2),
        {"A": 10.0 ** rng.uniform(9, 13, 1), "E": rng.uniform(4e4, 8e4, 1)},
    )


def kepler(rng: Generator) -> Rounded:
    """Newton's method for Kepler's equation, to 1e-12."""
    M = rng.uniform(0.3, 6, 8)

    def solve(e: Any, tolerance: float) -> Any:
        E = M + 0 * e
        for _ in range(60):
            step = (E - e * np.sin(E) - M) / (1 - e * np.cos(E))
            E = E - step
            if np.abs(step).max() < tolerance:
                break
        return E

    def cost(p: Params, tolerance: float = 0) -> Any:
        return np.sum((p["a"][0] * (np.cos(solve(p["e"][0], tolerance)) - p["e"][0])) ** 2)

    return cost, {"e": rng.uniform(0.1, 0.8, 1), "a": rng.uniform(1, 5, 1)}, lambda p: cost(p, 1e-12)


def color_difference(rng: Generator) -> Made:
    """sRGB to Lab: a power of 2.4 behind a choice, cube roots behind another."""
    M = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    target = np.array([50.0, 10.0, -10.0])

    def cost(p: Params) -> Any:
        c = p["rgb"]
        linear = np.where(np.real(c) > 0.04045, ((c + 0.055) / 1.055) ** 2.4, c / 12.92)
        xyz = linear @ M.T / M.sum(1)
        f = np.where(np.real(xyz) > 216 / 24389, xyz ** (1 / 3), (24389 / 27 * xyz + 16) / 116)
        lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], -1)
        return np.mean(np.sqrt(((lab - target) ** 2).sum(-1)))

    return cost, {"rgb": rng.uniform(0.005, 0.9, (5, 3))}


# ---- sizes


def trillions(rng: Generator) -> Made:
    x = normal(rng, 20, 3)
    return lambda p: 1e12 * np.mean(np.cosh(x @ p["w"])), {"w": normal(rng, 3)}


def trillionths(rng: Generator) -> Made:
    x = normal(rng, 20, 3)
    return lambda p: 1e-12 * np.mean(np.log(np.cosh(x @ p["w"]))), {"w": normal(rng, 3)}


def offset_and_tiny_params(rng: Generator) -> Made:
    return lambda p: 1e8 + 1e4 * np.sum(np.sin(1e4 * p["w"])), {"w": 1e-4 * normal(rng, 6)}


def dollars_and_rates(rng: Generator) -> Made:
    cash = rng.uniform(1e6, 5e7, 10)
    years = np.arange(1, 11)

    def cost(p: Params) -> Any:
        return (p["price"][0] - np.sum(cash * (1 + p["rate"][0] + 1e-4 * p["spread_bp"][0]) ** -years)) ** 2

    return cost, {"price": np.array([1.2e8]), "rate": rng.uniform(0.01, 0.08, 1), "spread_bp": rng.uniform(5, 90, 1)}


def sum_of_sizes(rng: Generator) -> Made:
    """Terms from 1e-9 to 1e9, each with a parameter of its own."""
    scale = 10.0 ** np.arange(-9, 10, 3)
    return lambda p: np.sum(scale * np.sin(p["t"] + 1)), {"t": normal(rng, 7)}


def inverse_scales(rng: Generator) -> Made:
    """A parameter of 1e-8 and its factor of 1e8."""
    scale = 10.0 ** np.array([-8, -4, 0, 4, 8])
    return lambda p: np.sum(np.log1p((p["t"] / scale) ** 2)), {"t": scale * (0.5 + rng.random(5))}


def log_of_product(rng: Generator) -> Made:
    return lambda p: np.prod(p["x"]), {"x": 10.0 ** rng.uniform(-3, 3, 7)}


# ---- rounded


def _plain(rng: Generator) -> Made:
    X, y = normal(rng, 20, 3), normal(rng, 20)
    return lambda p: np.mean((np.tanh(X @ p["w"]) - y) ** 2), {"w": normal(rng, 3)}


def _from_complex(cost: Cost, change: Callable[[float], float]) -> Cost:
    return lambda p: change(float(np.real(cost(p))))


def printed_percent(rng: Generator) -> Rounded:
    cost, params = _plain(rng)
    return cost, params, _from_complex(cost, lambda J: float(f"{J:.4g}"))


def json_terms(rng: Generator) -> Rounded:
    """Each term is written with five decimals, then they are added."""
    X, y = normal(rng, 20, 3), normal(rng, 20)

    def terms(p: Params) -> Any:
        return (np.tanh(X @ p["w"]) - y) ** 2

    return lambda p: terms(p).sum(), {"w": normal(rng, 3)}, lambda p: np.round(terms(p), 5).sum()


def converter(rng: Generator) -> Rounded:
    """A twelve-bit converter reads the output."""
    X, y = normal(rng, 20, 3), normal(rng, 20)

    def out(p: Params) -> Any:
        return np.tanh(X @ p["w"])

    return (
        lambda p: np.mean((out(p) - y) ** 2),
        {"w": normal(rng, 3)},
        lambda p: np.mean((np.round(out(p) * 2048) / 2048 - y) ** 2),
    )


def float32_sum(rng: Generator) -> Rounded:
    _, params = _plain(rng)
    X, y = normal(rng, 2000, 3), normal(rng, 2000)

    def terms(p: Params) -> Any:
        return (np.tanh(X @ p["w"]) - y) ** 2

    def seen(p: Params) -> Any:
        return float(np.cumsum(terms(p).astype(np.float32))[-1])

    return lambda p: terms(p).sum(), params, seen


def float32_convolution(rng: Generator) -> Rounded:
    image = normal(rng, 8, 8)

    def cost(p: Params, dtype: Any = None) -> Any:
        K, x = (p["kernel"], image) if dtype is None else (p["kernel"].astype(dtype), image.astype(dtype))
        out = sum(K[i, j] * x[i : i + 6, j : j + 6] for i in range(3) for j in range(3))
        return np.mean(np.tanh(out) ** 2)

    return cost, {"kernel": normal(rng, 3, 3)}, lambda p: float(cost(p, np.float32))


def float16_params(rng: Generator) -> Rounded:
    """Params stored in float16: the cost moves in steps of a thousandth of each."""
    cost, params = _plain(rng)
    return cost, params, lambda p: float(cost({"w": p["w"].astype(np.float16).astype(float)}))


def cents(rng: Generator) -> Rounded:
    """An invoice: every line is rounded to cents."""
    prices, amount = rng.uniform(1, 500, 30), rng.integers(1, 20, 30)

    def lines(p: Params) -> Any:
        return prices * amount * (1 - p["discount"][0]) * (1 + p["tax"][0])

    params = {"discount": rng.uniform(0.01, 0.3, 1), "tax": rng.uniform(0.05, 0.25, 1)}
    return lambda p: lines(p).sum(), params, lambda p: np.round(lines(p), 2).sum()


def coarse_print(rng: Generator) -> Rounded:
    """Two decimals only: one or two stairs within reach."""
    cost, params = _plain(rng)
    return cost, params, _from_complex(cost, lambda J: round(J, 2))


def few_stairs(rng: Generator) -> Rounded:
    """A share of a stair to a few of them between half of the parameter and twice as much."""
    unit = 10.0 ** rng.uniform(-1.0, 0.5)
    return (
        lambda p: np.sum(p["t"] ** 2),
        {"t": rng.uniform(0.3, 2, 2)},
        lambda p: np.round(np.sum(p["t"] ** 2) / unit) * unit,
    )


def truncated_log(rng: Generator) -> Rounded:
    """Cut off after six digits instead of rounded."""
    cost, params = _plain(rng)
    return cost, params, _from_complex(cost, lambda J: math.floor(J * 1e6) / 1e6)


# ---- iterations to a tolerance


def fixed_point_loop(rng: Generator) -> Rounded:
    b = normal(rng, 4)

    def cost(p: Params, tolerance: float = 0) -> Any:
        z = 0 * b
        for _ in range(200):
            new = np.tanh(0.4 * p["W"] @ z + b)
            gap, z = np.abs(new - z).max(), new
            if gap < tolerance:
                break
        return np.sum(z**2)

    return cost, {"W": normal(rng, 4, 4) / 2}, lambda p: cost(p, 1e-6)


def bisection(rng: Generator) -> Rounded:
    """The root of x³ + x = c, halved until the interval is 1e-10 long."""

    def exact(p: Params) -> Any:
        c = p["c"]
        x = np.real(c) / 2 + 0 * c
        for _ in range(80):
            x = x - (x**3 + x - c) / (3 * x**2 + 1)
        return np.sum(np.exp(-x))

    def seen(p: Params) -> Any:
        total = 0.0
        for c in p["c"]:
            low, high = -10.0, 10.0
            while high - low > 1e-10:
                mid = (low + high) / 2
                low, high = (mid, high) if mid**3 + mid < c else (low, mid)
            total += math.exp(-(low + high) / 2)
        return total

    return exact, {"c": normal(rng, 4)}, seen


def conjugate_gradients(rng: Generator) -> Rounded:
    """A system solved until the residual is 1e-8 of the right side."""
    n = 8
    b = normal(rng, n)

    def matrix(p: Params) -> Any:
        return np.diag(2 + np.exp(p["log_k"])) - np.eye(n, k=1) - np.eye(n, k=-1)

    def seen(p: Params) -> Any:
        A = matrix(p)
        x, r = np.zeros(n), b.copy()
        d = r.copy()
        while np.linalg.norm(r) > 1e-8 * np.linalg.norm(b):
            a = r @ r / (d @ A @ d)
            x, new = x + a * d, r - a * (A @ d)
            d, r = new + (new @ new) / (r @ r) * d, new
        return b @ x

    return lambda p: b @ np.linalg.solve(matrix(p), b), {"log_k": normal(rng, n)}, seen


def series_to_tolerance(rng: Generator) -> Rounded:
    """Terms are added until one is below 1e-9."""

    def seen(p: Params) -> Any:
        total = 0.0
        for x in p["x"]:
            term, k = 1.0, 0
            while abs(term) > 1e-9:
                total += term
                k += 1
                term *= x / k
        return total

    return lambda p: np.sum(np.exp(p["x"])), {"x": 2 * normal(rng, 4)}, seen


def mixture_em(rng: Generator) -> Made:
    """Five steps of EM, then the likelihood."""
    y = np.concatenate([normal(rng, 15) - 2, normal(rng, 15) + 2])

    def cost(p: Params) -> Any:
        m = p["means"]
        for _ in range(5):
            z = -((y[:, None] - m) ** 2) / 2
            r = np.exp(z - log_sum_exp(z)[:, None])
            m = (r * y[:, None]).sum(0) / r.sum(0)
        return -np.mean(log_sum_exp(-((y[:, None] - m) ** 2) / 2))

    return cost, {"means": normal(rng, 2)}


# ---- kinks


def dead_padding(rng: Generator) -> Made:
    """Rows of zeros and biases of zero: units exactly at their kink."""
    X, y = normal(rng, 6, 3), normal(rng, 6, 2)
    X[4:] = 0

    def cost(p: Params) -> Any:
        return np.mean((positive(X @ p["W1"] + p["b1"]) @ p["W2"] - y) ** 2)

    return cost, {"W1": normal(rng, 3, 5), "b1": np.zeros(5), "W2": normal(rng, 5, 2)}


def flat_image(rng: Generator) -> Made:
    """Total variation of an image with flat regions: |0| in many places, subgradient 0."""
    noisy = normal(rng, 6, 6)

    def absolute(z: Any) -> Any:
        return np.where(np.real(z) == 0, 0, size(z))

    def cost(p: Params) -> Any:
        u = p["u"]
        return np.sum((u - noisy) ** 2) / 2 + 0.3 * (absolute(np.diff(u, axis=0)).sum() + absolute(np.diff(u)).sum())

    return cost, {"u": np.repeat(np.repeat(normal(rng, 3, 3), 2, 0), 2, 1)}


def group_lasso(rng: Generator) -> Made:
    X, y = normal(rng, 20, 6), normal(rng, 20)
    return (
        lambda p: np.mean((X @ p["w"] - y) ** 2) + 0.1 * np.sqrt((p["w"].reshape(3, 2) ** 2).sum(1)).sum(),
        {"w": normal(rng, 6) * np.repeat([1, 1e-3, 1e-6], 2)},
    )


def near_tie(rng: Generator) -> Made:
    """A maximum of planes, two of which are 1e-9 to 1e-5 apart."""
    A = normal(rng, 5, 3)
    w = normal(rng, 3)
    b = -A @ w
    b[rng.integers(5)] += 10.0 ** rng.uniform(-9, -5)
    b[2:] -= 1
    return lambda p: largest(A @ p["w"] + b) + np.sum(p["w"] ** 2), {"w": w}


def hinge_on_the_margin(rng: Generator) -> Made:
    X = rng.integers(-2, 3, (8, 3)).astype(float)
    sign = np.where(rng.random(8) < 0.5, 1, -1)
    return lambda p: np.mean(positive(1 - sign * (X @ p["w"]))), {"w": np.array([1.0, 0.5, -0.5])}


def power_one_and_a_half(rng: Generator) -> Made:
    """Some entries at 0, where the slope is 0: the others carry a slope of 1 beside."""
    t = normal(rng, 6)
    t[::2] = 0
    return lambda p: np.sum(np.where(np.real(p["t"]) == 0, 0, size(p["t"]) ** 1.5) + np.sin(p["t"])), {"t": t}


def dead_zone(rng: Generator) -> Made:
    X, y = normal(rng, 30, 3), normal(rng, 30)
    return lambda p: np.mean(positive(size(X @ p["w"] - y) - 0.1)), {"w": normal(rng, 3)}


def clipped_ratio(rng: Generator) -> Made:
    """The clipped objective of PPO, where the ratio begins at exactly 1."""
    X, taken, gain = normal(rng, 12, 4), rng.integers(0, 3, 12), normal(rng, 12)
    W = normal(rng, 4, 3)
    old = (X @ W - log_sum_exp(X @ W)[:, None])[np.arange(12), taken]

    def cost(p: Params) -> Any:
        z = X @ p["W"]
        ratio = np.exp((z - log_sum_exp(z)[:, None])[np.arange(12), taken] - old)
        clipped = np.where(np.real(ratio) > 1.2, 1.2, np.where(np.real(ratio) < 0.8, 0.8, ratio))
        a, b = ratio * gain, clipped * gain
        return -np.mean(np.where(np.real(a) <= np.real(b), a, b))

    return cost, {"W": W + rng.choice([0, 0.1]) * normal(rng, 4, 3)}


def max_margin_ties(rng: Generator) -> Made:
    """A pool over windows that hold equal numbers: the first of them has the gradient."""
    X = rng.integers(0, 3, (6, 6)).astype(float)

    def cost(p: Params) -> Any:
        z = X * p["gain"][0] + p["bias"][0]
        pooled = largest(z.reshape(3, 2, 3, 2).transpose(0, 2, 1, 3).reshape(9, 4))
        return np.sum(np.sin(pooled))

    return cost, {"gain": rng.uniform(0.5, 2, 1), "bias": normal(rng, 1)}


def hundred_kinks(rng: Generator) -> Made:
    """A curve with kinks every thousandth or so."""
    at = rng.uniform(-2, 2, 2000)
    sign = rng.choice([-1, 1], 2000)
    return lambda p: np.mean(size(p["t"][:, None] - at) * sign) + np.sum(np.exp(p["t"])), {"t": normal(rng, 3) / 2}


# ---- edges of domains


def fisher_z(rng: Generator) -> Made:
    r = 1 - 10.0 ** -rng.uniform(2, 9, 4)
    return lambda p: np.sum(np.arctanh(p["r"]) ** 2), {"r": r * rng.choice([-1, 1], 4)}


def log_survival(rng: Generator) -> Made:
    return lambda p: -np.sum(np.log1p(-p["q"])), {"q": 1 - 10.0 ** -rng.uniform(1, 8, 4)}


def poincare(rng: Generator) -> Made:
    """Distances in the Poincaré ball, points close to its edge."""
    u = normal(rng, 3, 2)
    x = u / np.sqrt((u**2).sum(1, keepdims=True)) * (1 - 10.0 ** -rng.uniform(2, 6, (3, 1)))

    def cost(p: Params) -> Any:
        x = p["x"]
        gap = ((x[0] - x[1:]) ** 2).sum(1)
        z = 1 + 2 * gap / ((1 - (x[0] ** 2).sum()) * (1 - (x[1:] ** 2).sum(1)))
        return np.sum(np.log(z + np.sqrt(z**2 - 1)))

    return cost, {"x": x}


def logit_of_rare(rng: Generator) -> Made:
    q = 10.0 ** -rng.uniform(3, 12, 4)
    return lambda p: np.sum(np.log(p["q"] / (1 - p["q"])) ** 2), {"q": q}


def arcsin_edge(rng: Generator) -> Made:
    return lambda p: np.sum(np.arcsin(p["s"])), {"s": 1 - 10.0 ** -rng.uniform(2, 9, 4)}


def arcosh_edge(rng: Generator) -> Made:
    x = 1 + 10.0 ** -rng.uniform(2, 9, 4)
    return lambda p: np.sum(np.log(p["x"] + np.sqrt(p["x"] - 1) * np.sqrt(p["x"] + 1))), {"x": x}


def root_near_zero(rng: Generator) -> Made:
    return lambda p: np.sum(np.sqrt(p["v"])) + np.sum(p["v"] ** 0.3), {"v": 10.0 ** -rng.uniform(0, 10, 5)}


def entropy_near_zero(rng: Generator) -> Made:
    q = 10.0 ** -rng.uniform(0.5, 10, 5)
    return lambda p: np.sum(p["q"] * np.log(p["q"])), {"q": q}


def rotation_angle(rng: Generator) -> Made:
    """The angle of a rotation from its trace, arccos near 1."""
    angle = 10.0 ** -rng.uniform(1, 3)

    def cost(p: Params) -> Any:
        c, s = np.cos(p["angle"][0]), np.sin(p["angle"][0])
        return np.arccos((1 + 2 * c - 1) / 2) + s

    return cost, {"angle": np.array([angle])}


def near_the_pole(rng: Generator) -> Made:
    """Great-circle distances of points close together, by arccos."""
    lat, lon = rng.uniform(0.5, 1, 2)

    def cost(p: Params) -> Any:
        a, b = p["where"]
        return 6371 * np.arccos(np.sin(lat) * np.sin(a) + np.cos(lat) * np.cos(a) * np.cos(b - lon))

    return cost, {"where": np.array([lat, lon]) + 10.0 ** -rng.uniform(1, 4) * normal(rng, 2)}


def tangent(rng: Generator) -> Made:
    return lambda p: np.sum(np.tan(p["x"])), {"x": np.pi / 2 - 10.0 ** -rng.uniform(1, 6, 4)}


def pole(rng: Generator) -> Made:
    return lambda p: np.sum(1 / p["gap"]) + np.sum(1 / (1 - p["gap"])), {"gap": 10.0 ** -rng.uniform(0.5, 6, 4)}


def simplex_edge(rng: Generator) -> Made:
    """The last share is what the others leave, 1e-3 to 1e-8."""
    q = rng.dirichlet(np.ones(4))[:3]
    q = q / q.sum() * (1 - 10.0 ** -rng.uniform(3, 8))
    counts = rng.integers(1, 20, 4)
    return lambda p: -counts[:3] @ np.log(p["q"]) - counts[3] * np.log(1 - p["q"].sum()), {"q": q}


def correlation_matrix(rng: Generator) -> Made:
    """log det [[1, r], [r, 1]] with r close to 1."""
    return lambda p: np.sum(-np.log(1 - p["r"] ** 2)), {"r": 1 - 10.0 ** -rng.uniform(1, 7, 3)}


# ---- waves, narrow shapes


def fast_wave(rng: Generator) -> Made:
    return lambda p: np.sum(np.sin(1e4 * p["x"])) + np.sum(p["x"] ** 2), {"x": normal(rng, 4)}


def chirp(rng: Generator) -> Made:
    t = np.linspace(0, 1, 60)
    y = np.sin(2 * np.pi * (20 * t + 15 * t**2))
    return lambda p: np.mean((np.sin(2 * np.pi * (p["f"][0] * t + p["k"][0] * t**2)) - y) ** 2), {
        "f": 20 + normal(rng, 1),
        "k": 15 + normal(rng, 1),
    }


def sinc_at_zero(rng: Generator) -> Made:
    x = normal(rng, 5) * 10.0 ** -rng.integers(0, 6, 5)
    return lambda p: np.sum(np.sin(p["x"]) / p["x"]) + np.sum(p["x"]), {"x": x}


def many_octaves(rng: Generator) -> Made:
    return (
        lambda p: sum(0.5**k * np.sum(np.cos(3.0**k * p["x"])) for k in range(10)),
        {"x": rng.uniform(0.1, 1, 3)},
    )


def rastrigin(rng: Generator) -> Made:
    return lambda p: np.sum(p["x"] ** 2 - 10 * np.cos(2 * np.pi * p["x"]) + 10), {"x": 2 * normal(rng, 5)}


def ackley_at_zero(rng: Generator) -> Made:
    x = 10.0 ** -rng.integers(0, 8) * normal(rng, 4)
    return (
        lambda p: -20 * np.exp(-0.2 * np.sqrt(np.mean(p["x"] ** 2))) - np.exp(np.mean(np.cos(2 * np.pi * p["x"]))),
        {"x": x},
    )


def rosenbrock_near(rng: Generator) -> Made:
    x = 1 + 10.0 ** -rng.integers(1, 8) * normal(rng, 4)
    return lambda p: np.sum(100 * (p["x"][1:] - p["x"][:-1] ** 2) ** 2 + (1 - p["x"][:-1]) ** 2), {"x": x}


def himmelblau_near(rng: Generator) -> Made:
    x = np.array([3.0, 2.0]) + 10.0 ** -rng.integers(1, 9) * normal(rng, 2)
    return lambda p: (p["x"][0] ** 2 + p["x"][1] - 11) ** 2 + (p["x"][0] + p["x"][1] ** 2 - 7) ** 2, {"x": x}


def beale_near(rng: Generator) -> Made:
    x = np.array([3.0, 0.5]) * (1 + 10.0 ** -rng.integers(2, 9) * normal(rng, 2))
    return lambda p: sum((a - p["x"][0] * (1 - p["x"][1] ** k)) ** 2 for k, a in ((1, 1.5), (2, 2.25), (3, 2.625))), {
        "x": x
    }


def narrow_bump(rng: Generator) -> Made:
    width = 10.0 ** -rng.uniform(2, 5)
    at = normal(rng, 3)
    return lambda p: np.sum(np.exp(-(((p["x"] - at) / width) ** 2))) + np.sum(p["x"] ** 2), {
        "x": at + width * normal(rng, 3)
    }


def steep_sigmoid(rng: Generator) -> Made:
    at = normal(rng, 3)
    steep = 10.0 ** rng.uniform(3, 6)
    return lambda p: np.sum(sigmoid(steep * (p["x"] - at))) + np.sum(np.sin(p["x"])), {
        "x": at + normal(rng, 3) / steep
    }


def cold_softmax(rng: Generator) -> Made:
    return lambda p: 1e-3 * log_sum_exp(p["z"] / 1e-3) + np.sum(p["z"] ** 2), {
        "z": 1 + rng.choice([1e-4, 1e-3, 1]) * normal(rng, 6)
    }


def saturated_gates(rng: Generator) -> Made:
    X, y = normal(rng, 8, 3), normal(rng, 8)
    return lambda p: np.mean((sigmoid(30 * X @ p["W"]) @ p["v"] - y) ** 2), {
        "W": normal(rng, 3, 4),
        "v": normal(rng, 4),
    }


# ---- zero starts


def zero_softmax(rng: Generator) -> Made:
    X = rng.uniform(0, 255, (15, 6))
    y = rng.integers(0, 3, 15)

    def cost(p: Params) -> Any:
        z = X @ p["W"] + p["b"]
        return np.mean(log_sum_exp(z) - z[np.arange(15), y])

    return cost, {"W": np.zeros((6, 3)), "b": np.zeros(3)}


def low_rank_zero(rng: Generator) -> Made:
    X, y, W = normal(rng, 10, 4), normal(rng, 10, 3), normal(rng, 4, 3)
    return lambda p: np.mean((np.tanh(X @ (W + p["A"] @ p["B"])) - y) ** 2), {
        "A": normal(rng, 4, 2),
        "B": np.zeros((2, 3)),
    }


def gated_residual(rng: Generator) -> Made:
    X, y = normal(rng, 10, 4), normal(rng, 10, 4)

    def cost(p: Params) -> Any:
        return np.mean((X + p["alpha"][0] * np.tanh(X @ p["W"]) - y) ** 2)

    return cost, {"alpha": rng.choice([0.0, 1e-6], 1), "W": normal(rng, 4, 4)}


def zero_poisson(rng: Generator) -> Made:
    X, n = rng.uniform(0, 5000, (12, 2)), rng.poisson(3, 12)
    return lambda p: np.sum(np.exp(X @ p["w"] + p["b"]) - n * (X @ p["w"] + p["b"])), {
        "w": np.zeros(2),
        "b": np.zeros(1),
    }


def zero_quaternion(rng: Generator) -> Made:
    """Small rotations from zero: Rodrigues' formula with its series below 1e-4."""
    X, Y = normal(rng, 6, 3), normal(rng, 6, 3)

    def cost(p: Params) -> Any:
        a, b, c = p["turn"]
        K = np.array([[0 * a, -c, b], [c, 0 * a, -a], [-b, a, 0 * a]])
        square = a * a + b * b + c * c
        if np.real(square) < 1e-8:
            R = np.eye(3) + (1 - square / 6) * K + (0.5 - square / 24) * K @ K
        else:
            t = np.sqrt(square)
            R = np.eye(3) + np.sin(t) / t * K + (1 - np.cos(t)) / square * K @ K
        return np.sum((X @ R.T + p["move"] - Y) ** 2)

    return cost, {"turn": np.zeros(3), "move": np.zeros(3)}


# ---- pieces that are whole numbers, state, buffers


def counts_and_penalty(rng: Generator) -> Made:
    """How many predictions exceed a limit, times a fee, beside a smooth loss."""
    X, y = normal(rng, 30, 3), normal(rng, 30)
    return lambda p: np.mean((X @ p["w"] - y) ** 2) + 0.5 * np.sum(np.real(X @ p["w"]) > 1), {"w": normal(rng, 3)}


def whole_periods(rng: Generator) -> Made:
    """A rate per begun period: smooth times a whole number."""
    return lambda p: np.sum(np.ceil(np.real(p["hours"])) * p["rate"] ** 2) + np.sum(np.sqrt(p["hours"])), {
        "hours": rng.uniform(1, 20, 4),
        "rate": rng.uniform(1, 3, 4),
    }


def own_buffers(rng: Generator) -> Made:
    """Results are written into arrays that the cost keeps."""
    X, y = normal(rng, 9, 4), normal(rng, 9)
    kept: dict[Any, Any] = {}

    def cost(p: Params) -> Any:
        kind = np.result_type(p["w"], float)
        out = kept.setdefault(kind, np.empty(9, kind))
        np.matmul(X, p["w"], out=out)
        np.tanh(out, out=out)
        out -= y
        np.multiply(out, out, out=out)
        return out.mean()

    return cost, {"w": normal(rng, 4)}


def moves_and_restores(rng: Generator) -> Made:
    """The cost changes its params in place and undoes it, to the last bit but not always."""

    def cost(p: Params) -> Any:
        w = p["w"]
        w *= 3
        value = np.sum(np.sin(w))
        w /= 3
        return value

    return lambda p: cost({"w": p["w"].copy()}), {"w": normal(rng, 5)}


def warm_start(rng: Generator) -> Rounded:
    """A solver that begins where its last call ended, to 1e-9: the answer depends a little on the history."""
    b = normal(rng, 3)
    last = [np.zeros(3)]

    def exact(p: Params) -> Any:
        z = 0 * b
        for _ in range(300):
            z = np.tanh(0.3 * p["W"] @ z + b)
        return np.sum(z**2)

    def seen(p: Params) -> Any:
        z = last[0]
        for _ in range(300):
            new = np.tanh(0.3 * p["W"] @ z + b)
            gap, z = np.abs(new - z).max(), new
            if gap < 1e-9:
                break
        last[0] = z
        return np.sum(z**2)

    return exact, {"W": normal(rng, 3, 3)}, seen


def memoised(rng: Generator) -> Rounded:
    """Results are kept under params rounded to nine decimals."""
    cost, params = _plain(rng)
    known: dict[Any, float] = {}

    def seen(p: Params) -> Any:
        key = tuple(np.round(p["w"], 9))
        if key not in known:
            known[key] = float(np.real(cost(p)))
        return known[key]

    return cost, params, seen


def bootstrap(rng: Generator) -> Made:
    """A generator made anew from the same seed in every call."""
    y = normal(rng, 30)
    seed = int(rng.integers(1000))

    def cost(p: Params) -> Any:
        picks = np.random.default_rng(seed).integers(0, 30, (50, 30))
        return np.mean(np.log(np.cosh(y[picks] - p["m"][0])) * np.exp(-p["s"][0])) + p["s"][0]

    return cost, {"m": normal(rng, 1), "s": normal(rng, 1) / 2}


def path_noise(rng: Generator) -> Made:
    """The reparametrisation trick with fixed draws, a barrier hit or not: sum of payoffs max(S − K, 0)."""
    z = normal(rng, 200, 4)

    def cost(p: Params) -> Any:
        drift, vol = p["mu"][0], np.exp(p["log_vol"][0])
        s = 100 * np.exp(np.cumsum((drift - vol**2 / 2) / 4 + vol * z / 2, 1))
        return np.mean(positive(s.mean(1) - 100))

    return cost, {"mu": 0.05 + 0.02 * normal(rng, 1), "log_vol": np.array([-1.5]) + 0.2 * normal(rng, 1)}


LIKELIHOODS = (
    poisson_exposure, negative_binomial, cox, hawkes, student, ordinal, process_evidence, kalman, hidden_markov,
    probit, von_mises, elo, weibull_censored, dirichlet_multinomial, item_response, zero_inflated,
)  # fmt: skip
EQUATIONS = (
    burgers, minmod_advection, stiff, epidemic, pendulum, wave_inversion, three_bodies, bouncing_ball, controller,
    gray_scott,
)  # fmt: skip
ALGEBRA = (
    exponential_map, nuclear_norm, smallest_singular, pseudo_inverse, near_singular_cholesky, spectral_norm_net,
    big_slogdet, newton_schulz, gram_schmidt, variable_projection, procrustes,
)  # fmt: skip
TABLES = (
    natural_spline, bilinear_warp, cubic_b_spline, table_on_the_node, nearest_table, akima_ratio, wasserstein,
    sinkhorn, time_warp, crf, inside_algorithm, list_net, running_maximum, pairwise_auc, straight_assignment,
)  # fmt: skip
PHYSICS = (
    coulomb, solar_system, mean_field_ising, neo_hookean, truss, snell, interference, van_der_waals, radiation,
    arrhenius, color_difference, trillions, trillionths, offset_and_tiny_params, dollars_and_rates, sum_of_sizes,
    inverse_scales, log_of_product,
)  # fmt: skip
KINKS = (
    dead_padding, flat_image, group_lasso, near_tie, hinge_on_the_margin, power_one_and_a_half, dead_zone,
    clipped_ratio, max_margin_ties, hundred_kinks,
)  # fmt: skip
EDGES = (
    fisher_z, log_survival, poincare, logit_of_rare, arcsin_edge, arcosh_edge, root_near_zero, entropy_near_zero,
    rotation_angle, near_the_pole, tangent, pole, simplex_edge, correlation_matrix,
)  # fmt: skip
WAVES = (
    fast_wave, chirp, sinc_at_zero, many_octaves, rastrigin, ackley_at_zero, rosenbrock_near, himmelblau_near,
    beale_near, narrow_bump, steep_sigmoid, cold_softmax, saturated_gates,
)  # fmt: skip
STARTS = (
    zero_softmax, low_rank_zero, gated_residual, zero_poisson, zero_quaternion, counts_and_penalty, whole_periods,
    own_buffers, moves_and_restores, bootstrap, path_noise, mixture_em,
)  # fmt: skip
STOPPED = (fixed_point_loop, series_to_tolerance)  # what is left of an iteration has a slope of its own
AT_KINKS = (table_on_the_node, flat_image, near_tie, hinge_on_the_margin, dead_padding)  # or so near as to be there
COARSE = (
    printed_percent, json_terms, converter, float32_sum, float32_convolution, float16_params, cents, coarse_print,
    few_stairs, truncated_log, kepler, power_iteration, fixed_point_loop, bisection, conjugate_gradients,
    series_to_tolerance, warm_start, memoised,
)  # fmt: skip
KINDS: dict[str, Callable[[Generator], Any]] = {
    f.__name__: f
    for f in (
        *LIKELIHOODS, *EQUATIONS, *ALGEBRA, *TABLES, *PHYSICS, *KINKS, *EDGES, *WAVES, *STARTS, *COARSE,
    )
}  # fmt: skip
