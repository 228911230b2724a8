"""Thirty-two more kinds of cost, from fields the others leave out, written before they were tried on the checker.

Signals, econometrics, optics, ecology, queues, geometry, graphics, splines, solvers, sorting, special functions,
tables. Made as those of `elsewhere`: one function for real and complex numbers. Nothing here uses gradlab.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.elsewhere import Generator, Made, Rounded, log_sum_exp, normal, positive, sigmoid, size, softplus

# ---- signals


def recursive_filter(rng: Generator) -> Made:
    """A biquad run over a signal."""
    u, target = normal(rng, 60), normal(rng, 60)

    def cost(p: dict[str, Any]) -> Any:
        (b0, b1, b2), (a1, a2) = p["b"], p["a"]
        out, s1, s2 = [], 0, 0
        for x in u:
            y = b0 * x + s1
            s1, s2 = b1 * x - a1 * y + s2, b2 * x - a2 * y
            out.append(y)
        return np.mean((np.array(out) - target) ** 2)

    return cost, {"b": normal(rng, 3), "a": np.array([-1.6, 0.8]) + 0.05 * normal(rng, 2)}


def log_spectrum(rng: Generator) -> Made:
    """Decibels of a windowed Fourier transform."""
    n = 32
    F = np.exp(-2j * np.pi * np.outer(np.arange(9), np.arange(n)) / n)
    window, wanted = np.hanning(n), 10 * normal(rng, 9)

    def cost(p: dict[str, Any]) -> Any:
        x = p["x"] * window
        power = (F.real @ x) ** 2 + (F.imag @ x) ** 2
        return np.mean((10 / np.log(10) * np.log(power + 1e-10) - wanted) ** 2)

    return cost, {"x": normal(rng, n)}


def phase_tracker(rng: Generator) -> Made:
    """A phase-locked loop, two hundred steps of sin."""
    ticks = np.arange(200)
    received = 0.3 * ticks + 0.4 * np.sin(0.05 * ticks) + 0.1 * normal(rng, 200)

    def cost(p: dict[str, Any]) -> Any:
        phase, speed, total = 0.0, p["speed"][0], 0.0
        for r in received:
            error = np.sin(r - phase)
            speed = speed + p["gain"][1] * error
            phase = phase + speed + p["gain"][0] * error
            total = total + 1 - np.cos(r - phase)
        return total

    return cost, {"gain": np.array([0.2, 0.02]) * (1 + 0.2 * normal(rng, 2)), "speed": np.array([0.25])}


def echo_delay(rng: Generator) -> Made:
    """A delay between samples, by linear interpolation."""
    x = np.cumsum(normal(rng, 80))
    y = np.interp(np.arange(60) + 7.3, np.arange(80), x)

    def cost(p: dict[str, Any]) -> Any:
        at = np.arange(60) + p["delay"][0]
        k = np.floor(at.real).astype(int)
        value = x[k] + (at - k) * (x[k + 1] - x[k])
        return np.mean((p["gain"][0] * value - y) ** 2)

    return cost, {"delay": np.array([rng.uniform(5, 9)]), "gain": np.array([0.9])}


# ---- econometrics


def garch(rng: Generator) -> Made:
    r = 0.01 * rng.standard_t(5, 300)

    def cost(p: dict[str, Any]) -> Any:
        omega, alpha, beta = np.exp(p["log_omega"][0]), sigmoid(p["a"][0]), sigmoid(p["b"][0])
        h, total = np.var(r), 0.0
        for x in r:
            total = total + 0.5 * (np.log(h) + x**2 / h)
            h = omega + alpha * x**2 + beta * (1 - alpha) * h
        return total

    return cost, {"log_omega": np.array([-11.0]), "a": np.array([-2.5]), "b": np.array([2.0])}


def moments(rng: Generator) -> Made:
    """Generalised moments with instruments, and a weight of condition 1e8."""
    Z, X = normal(rng, 100, 4), normal(rng, 100, 2)
    y = X @ np.array([1.0, -0.5]) + normal(rng, 100)
    W = np.diag(10.0 ** np.array([0, -3, 3, 5]))

    def cost(p: dict[str, Any]) -> Any:
        g = Z.T @ (y - X @ p["beta"]) / 100
        return g @ W @ g

    return cost, {"beta": normal(rng, 2)}


def mixed_logit(rng: Generator) -> Made:
    """Simulated maximum likelihood with draws that stay."""
    X, draws, chosen = normal(rng, 30, 4, 3), normal(rng, 25, 3), rng.integers(4, size=30)

    def cost(p: dict[str, Any]) -> Any:
        beta = p["mean"] + np.exp(p["log_sd"]) * draws
        U = np.einsum("nkj,rj->rnk", X, beta)
        each = U[:, np.arange(30), chosen] - log_sum_exp(U)
        return -np.mean(log_sum_exp(each, 0) - np.log(25))

    return cost, {"mean": normal(rng, 3), "log_sd": normal(rng, 3) / 2}


def threshold_regression(rng: Generator) -> Made:
    """A slope that changes at an unknown point: a kink in the parameter for every observation passed."""
    x = rng.uniform(0, 10, 40)
    y = x + 2 * positive(x - 4) + 0.3 * normal(rng, 40)

    def cost(p: dict[str, Any]) -> Any:
        r = y - p["b"][0] - p["b"][1] * x - p["b"][2] * positive(x - p["c"][0])
        return np.mean(r**2)

    return cost, {"b": np.array([0.1, 0.9, 1.5]), "c": np.array([rng.uniform(3, 6)])}


# ---- optics


def thin_films(rng: Generator) -> Made:
    """Reflectance of a stack of layers, by transfer matrices in real arithmetic."""
    waves = np.linspace(400, 700, 12)
    index = np.array([1.38, 2.3, 1.46, 2.1])

    def cost(p: dict[str, Any]) -> Any:
        total = 0.0
        for w in waves:
            a, b, c, d = 1.0, 0.0, 0.0, 1.0  # [[a, i b], [i c, d]]
            for n, t in zip(index, p["thickness"], strict=True):
                e = 2 * np.pi * n * t / w
                s, k = np.sin(e), np.cos(e)
                a, b, c, d = a * k - b * n * s, a * s / n + b * k, c * k + d * n * s, d * k - c * s / n
            top = (a - 1.52 * d) ** 2 + (1.52 * b - c) ** 2
            total = total + top / ((a + 1.52 * d) ** 2 + (1.52 * b + c) ** 2)
        return total / len(waves)

    return cost, {"thickness": rng.uniform(50, 150, 4)}


def lens_ray(rng: Generator) -> Made:
    """Rays through two spherical surfaces; the spot on a screen, in metres."""
    heights = np.linspace(-2e-3, 2e-3, 7)

    def cost(p: dict[str, Any]) -> Any:
        y, u, z = heights + 0 * p["r"][0], 0 * heights + 0 * p["r"][0], 0.0
        for r, n1, n2, gap in ((p["r"][0], 1.0, 1.52, 3e-3), (-p["r"][1], 1.52, 1.0, p["screen"][0])):
            sin_in = (y * np.cos(u)) / r + np.sin(u)
            turned = np.arcsin(n1 / n2 * sin_in) - np.arcsin(sin_in)
            u = u + turned
            y = y + gap * np.tan(u)
            z = z + gap
        return np.mean(y**2)

    return cost, {"r": np.array([0.05, 0.06]) * (1 + 0.1 * normal(rng, 2)), "screen": np.array([0.05])}


def zernike_phase(rng: Generator) -> Made:
    """A point spread function: |Fourier transform of exp(i phase)|², kept in real arithmetic."""
    g = np.linspace(-1, 1, 8)
    X, Y = (a.ravel() for a in np.meshgrid(g, g))
    inside = X**2 + Y**2 <= 1
    modes = np.stack([X, Y, 2 * (X**2 + Y**2) - 1, X**2 - Y**2, X * Y])[:, inside]
    at = rng.uniform(-3, 3, (10, 2))
    path = at @ np.stack([X, Y])[:, inside]
    seen = rng.uniform(0, 1, 10)

    def cost(p: dict[str, Any]) -> Any:
        phase = p["c"] @ modes + path
        power = (np.cos(phase).mean(1)) ** 2 + (np.sin(phase).mean(1)) ** 2
        return np.sum((power - seen) ** 2)

    return cost, {"c": normal(rng, 5)}


# ---- ecology, chemistry, queues


def predators(rng: Generator) -> Made:
    """Lotka and Volterra in logarithms, Runge-Kutta, against counts."""
    counts = rng.poisson(30, (10, 2))

    def cost(p: dict[str, Any]) -> Any:
        a, b, c, d = np.exp(p["log_rates"])
        z = p["log_start"] + 0 * a

        def f(z: Any) -> Any:
            return np.array([a - b * np.exp(z[1]), d * np.exp(z[0]) - c])

        total = 0.0
        for n in counts:
            for _ in range(10):
                k1 = f(z)
                k2 = f(z + 0.05 * k1)
                k3 = f(z + 0.05 * k2)
                k4 = f(z + 0.1 * k3)
                z = z + 0.1 / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            total = total + np.sum(np.exp(z) - n * z)
        return total

    return cost, {
        "log_rates": np.log([0.6, 0.02, 0.5, 0.02]) + 0.1 * normal(rng, 4),
        "log_start": np.log([30.0, 20.0]),
    }


def ricker(rng: Generator) -> Made:
    """A chaotic map of a population, thirty generations."""
    seen = rng.uniform(1, 20, 30)

    def cost(p: dict[str, Any]) -> Any:
        r, k, n, total = p["r"][0], p["k"][0], 5.0, 0.0
        for y in seen:
            n = n * np.exp(r * (1 - n / k))
            total = total + (np.log(n) - np.log(y)) ** 2
        return total

    return cost, {"r": np.array([rng.uniform(1.5, 2.9)]), "k": np.array([10.0])}


def titration(rng: Generator) -> Made:
    """pH by Newton's method from constants of 1e-5 and 1e-14."""
    base = np.linspace(0.001, 0.09, 8)

    def cost(p: dict[str, Any]) -> Any:
        ka, total = np.exp(p["log_ka"][0]), 0.0
        for b in base:
            q = -6.0 + 0 * ka
            for _ in range(60):
                h = np.exp(q)
                g = h + b - 1e-14 / h - 0.1 * ka / (ka + h)
                slope = h + 1e-14 / h + 0.1 * ka * h / (ka + h) ** 2
                move = g / slope
                q = q - move * np.where(np.abs(move.real) > 1, 1 / np.abs(move.real), 1)
            total = total + (q / np.log(10) + 4 + 40 * b) ** 2
        return total

    return cost, {"log_ka": np.array([np.log(1.8e-5)]) + 0.3 * normal(rng, 1)}


def queue(rng: Generator) -> Made:
    """Waiting times by Lindley's recursion: max(0, w + service − gap)."""
    gaps, work = rng.exponential(1, 200), rng.exponential(1, 200)

    def cost(p: dict[str, Any]) -> Any:
        w, total = 0.0 * p["speed"][0], 0.0
        for gap, job in zip(gaps, work, strict=True):
            w = positive(w + job / p["speed"][0] - gap / p["rate"][0])
            total = total + w
        return total / 200

    return cost, {"speed": np.array([1.2]), "rate": np.array([rng.uniform(0.7, 1.1)])}


def erlang(rng: Generator) -> Made:
    """The share of calls that wait, by the recursion of Erlang's B, for 40 servers."""
    offered = rng.uniform(20, 45, 5)

    def cost(p: dict[str, Any]) -> Any:
        a, b = offered * p["load"][0], 1.0
        for n in range(1, 41):
            b = a * b / (n + a * b)
        return np.sum(np.log(b)) + p["price"][0] * np.sum(a)

    return cost, {"load": np.array([rng.uniform(0.6, 1.0)]), "price": np.array([0.01])}


# ---- geometry and graphics


def camera(rng: Generator) -> Made:
    """Reprojection in pixels: Rodrigues' rotation, focal length, radial distortion."""
    P, seen = normal(rng, 10, 3), 300 * normal(rng, 10, 2)

    def cost(p: dict[str, Any]) -> Any:
        w = p["turn"]
        t = np.sqrt(np.sum(w**2))
        k = w / t
        K = np.array([[0 * t, -k[2], k[1]], [k[2], 0 * t, -k[0]], [-k[1], k[0], 0 * t]])
        Q = P @ (np.eye(3) + np.sin(t) * K + (1 - np.cos(t)) * (K @ K)).T + p["move"]
        xy = Q[:, :2] / Q[:, 2:]
        r2 = np.sum(xy**2, 1, keepdims=True)
        off = p["lens"][0] * xy * (1 + p["lens"][1] * r2) - seen
        return np.mean(np.sqrt(1 + np.sum(off**2, 1)) - 1)

    return cost, {
        "turn": normal(rng, 3) / 2,
        "move": np.array([0.1, -0.2, 8.0]),
        "lens": np.array([800.0, 0.01 * rng.uniform(1, 3)]),
    }


def soft_raster(rng: Generator) -> Made:
    """Coverage of a triangle by sigmoids of signed distances, sharpness 50."""
    g = np.linspace(-1, 1, 9)
    X, Y = (a.ravel() for a in np.meshgrid(g, g))
    image = rng.uniform(0, 1, 81)

    def cost(p: dict[str, Any]) -> Any:
        cover = 1.0
        for i in range(3):
            (ax, ay), (bx, by) = p["corners"][i], p["corners"][(i + 1) % 3]
            length = np.sqrt((bx - ax) ** 2 + (by - ay) ** 2)
            cover = cover * sigmoid(50 * ((bx - ax) * (Y - ay) - (by - ay) * (X - ax)) / length)
        return np.mean((cover - image) ** 2)

    return cost, {"corners": np.array([[-0.7, -0.6], [0.8, -0.5], [0.1, 0.7]]) + 0.1 * normal(rng, 3, 2)}


def polygon_area(rng: Generator) -> Made:
    """Area by the shoelace formula far from the origin, at 1e6: cancellation."""
    around = 2 * np.pi * np.arange(8) / 8
    wanted = rng.uniform(2, 4)

    def cost(p: dict[str, Any]) -> Any:
        x, y = p["x"], p["y"]
        area = 0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))
        return (area - wanted) ** 2

    return cost, {"x": 1e6 + np.cos(around) + 0.1 * normal(rng, 8), "y": 1e6 + np.sin(around) + 0.1 * normal(rng, 8)}


def signed_distance(rng: Generator) -> Made:
    """The union of three spheres, smooth minimum with exponent 32, traced by twenty steps of a marching ray."""
    centres = normal(rng, 3, 3) + np.array([0, 0, 5.0])

    def cost(p: dict[str, Any]) -> Any:
        ray = np.array([p["ray"][0], p["ray"][1], 1.0 + 0 * p["ray"][0]])
        ray = ray / np.sqrt(np.sum(ray**2))
        t = 0 * ray[0]
        for _ in range(20):
            d = np.sqrt(np.sum((t * ray - centres) ** 2, 1)) - p["radius"]
            t = t - log_sum_exp(-32 * d) / 32
        return t

    return cost, {"ray": 0.1 * normal(rng, 2), "radius": rng.uniform(0.5, 1.5, 3)}


def curvature(rng: Generator) -> Made:
    """Bending energy of a closed curve, with turning angles by arctan2's slope."""
    around = 2 * np.pi * np.arange(12) / 12

    def cost(p: dict[str, Any]) -> Any:
        dx, dy = np.roll(p["x"], -1) - p["x"], np.roll(p["y"], -1) - p["y"]
        ex, ey = np.roll(dx, -1), np.roll(dy, -1)
        cross, dot = dx * ey - dy * ex, dx * ex + dy * ey
        return np.sum(np.arctan(cross / dot) ** 2)

    return cost, {"x": np.cos(around) + 0.05 * normal(rng, 12), "y": np.sin(around) + 0.05 * normal(rng, 12)}


# ---- splines, solvers


def penalised_spline(rng: Generator) -> Made:
    """The generalised cross validation of a smoothing spline, over the logarithm of its penalty."""
    x = np.sort(rng.uniform(0, 1, 25))
    y = np.sin(6 * x) + 0.3 * normal(rng, 25)
    B = np.maximum(0, 1 - np.abs(x[:, None] * 11 - np.arange(12)))
    D = np.diff(np.eye(12), 2, axis=0)

    def cost(p: dict[str, Any]) -> Any:
        H = B @ np.linalg.solve(B.T @ B + np.exp(p["log_penalty"][0]) * D.T @ D + 1e-9 * np.eye(12), B.T)
        return 25 * np.sum((y - H @ y) ** 2) / (25 - np.trace(H)) ** 2

    return cost, {"log_penalty": np.array([rng.uniform(-4, 4)])}


def monotone_flow(rng: Generator) -> Made:
    """A rational-quadratic spline with bins by softmax, as in normalising flows."""
    x = rng.uniform(0.02, 0.98, 20)

    def cost(p: dict[str, Any]) -> Any:
        w = np.exp(p["w"]) / np.sum(np.exp(p["w"]))
        h = np.exp(p["h"]) / np.sum(np.exp(p["h"]))
        d = softplus(p["d"]) + 1e-3
        X, Y = (np.concatenate([[0], np.cumsum(v)]) for v in (w, h))
        k = np.clip(np.searchsorted(X.real, x) - 1, 0, 4)
        s, t = h[k] / w[k], (x - X[k]) / w[k]
        below = s + (d[k + 1] + d[k] - 2 * s) * t * (1 - t)
        slope = s**2 * (d[k + 1] * t**2 + 2 * s * t * (1 - t) + d[k] * (1 - t) ** 2) / below**2
        value = Y[k] + h[k] * (s * t**2 + d[k] * t * (1 - t)) / below
        return np.mean(value**2 - np.log(slope))

    return cost, {"w": normal(rng, 5), "h": normal(rng, 5), "d": normal(rng, 6)}


def crank_nicolson(rng: Generator) -> Made:
    """A diffusivity found from the last profile; tridiagonal solves."""
    n, target = 15, rng.uniform(0, 1, 15)
    L = np.diag(-2 * np.ones(n)) + np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)
    start = np.exp(-((np.arange(n) - 7) ** 2) / 4)

    def cost(p: dict[str, Any]) -> Any:
        A = np.exp(p["log_k"])[:, None] * L
        u = start
        for _ in range(12):
            u = np.linalg.solve(np.eye(n) - 0.5 * A, (np.eye(n) + 0.5 * A) @ u)
        return np.sum((u - target) ** 2)

    return cost, {"log_k": -1 + normal(rng, n) / 2}


def shooting(rng: Generator) -> Made:
    """A boundary value found by shooting: the miss grows like exp(20)."""
    rate = rng.uniform(15, 20)

    def cost(p: dict[str, Any]) -> Any:
        y, v = 1.0 + 0 * p["slope"][0], p["slope"][0]
        for _ in range(400):
            y, v = y + v / 400, v + (rate**2 * y + np.sin(y)) / 400
        return (y - 0.5) ** 2

    return cost, {"slope": np.array([-rate * (1 + 1e-3 * rng.uniform())])}


def level_set(rng: Generator) -> Made:
    """An upwind scheme for |grad|, two steps of sizes and maxima by sign."""
    target = normal(rng, 10)

    def cost(p: dict[str, Any]) -> Any:
        u = p["u"]
        for _ in range(6):
            back, ahead = u - np.roll(u, 1), np.roll(u, -1) - u
            a, b = positive(back), positive(-ahead)
            grad = np.sqrt(np.where(a.real > b.real, a, b) ** 2 + 1e-6)
            u = u - 0.2 * p["speed"][0] * grad
        return np.mean((u - target) ** 2)

    return cost, {"u": normal(rng, 10), "speed": np.array([0.7])}


# ---- sorting, special functions, tables


def ranked_loss(rng: Generator) -> Made:
    """Mean of the largest third of the losses, by sorting."""
    X, y = normal(rng, 30, 4), normal(rng, 30)

    def cost(p: dict[str, Any]) -> Any:
        loss = size(X @ p["w"] - y)
        return np.mean(loss[np.argsort(loss.real)[-10:]])

    return cost, {"w": normal(rng, 4)}


def gini(rng: Generator) -> Made:
    """The Gini coefficient of incomes that a linear model predicts."""
    X = normal(rng, 20, 3)

    def cost(p: dict[str, Any]) -> Any:
        income = 1e4 * np.exp(X @ p["w"])
        ranked = income[np.argsort(income.real)]
        return 2 * np.sum(np.arange(1, 21) * ranked) / (20 * np.sum(ranked)) - 21 / 20

    return cost, {"w": normal(rng, 3) / 2}


def bessel(rng: Generator) -> Made:
    """J0 by its power series up to x = 12: terms of 1e4 that cancel."""
    x, y = rng.uniform(1, 6, 8), normal(rng, 8)

    def cost(p: dict[str, Any]) -> Any:
        z = -((x * p["scale"][0]) ** 2) / 4
        term, total = 1.0 + 0 * z, 1.0 + 0 * z
        for k in range(1, 60):
            term = term * z / k**2
            total = total + term
        return np.sum((p["height"][0] * total - y) ** 2)

    return cost, {"scale": np.array([rng.uniform(1, 2)]), "height": np.array([1.3])}


def zeta_tail(rng: Generator) -> Made:
    """The likelihood of a power law: a sum of a thousand powers in the normalisation."""
    k = np.arange(1, 1001)
    data = rng.zipf(2.5, 50)

    def cost(p: dict[str, Any]) -> Any:
        a = 1 + np.exp(p["log_a"][0])
        return 50 * np.log(np.sum(k**-a)) + a * np.sum(np.log(data))

    return cost, {"log_a": np.array([rng.uniform(-0.5, 1.0)])}


def steam_table(rng: Generator) -> Made:
    """Cubic Hermite interpolation in a table of printed numbers: smooth but at its nodes, where it bends."""
    nodes = np.linspace(0, 100, 21)
    values = np.round(np.exp(nodes / 30), 2)
    slopes = np.round(np.gradient(values, nodes), 3)
    wanted = rng.uniform(1, 20, 6)

    def cost(p: dict[str, Any]) -> Any:
        t = p["T"]
        k = np.clip((t.real // 5).astype(int), 0, 19)
        s = (t - nodes[k]) / 5
        v = values[k] * (1 + 2 * s) * (1 - s) ** 2 + values[k + 1] * s**2 * (3 - 2 * s)
        v = v + 5 * (slopes[k] * s * (1 - s) ** 2 + slopes[k + 1] * s**2 * (s - 1))
        return np.sum((v - wanted) ** 2)

    return cost, {"T": rng.uniform(2, 98, 6)}


def readings(rng: Generator) -> Rounded:
    """A simulator that prints its results with five digits each, which are then summed."""
    X, y = normal(rng, 10, 3), normal(rng, 10)

    def exact(p: dict[str, Any]) -> Any:
        return np.sum((np.tanh(X @ p["w"]) - y) ** 2)

    def seen(p: dict[str, Any]) -> Any:
        return np.sum((np.array([float(f"{v:.4e}") for v in np.tanh(X @ p["w"])]) - y) ** 2)

    return exact, {"w": normal(rng, 3)}, seen


COARSE = (polygon_area, readings)  # digits lost inside, or rounded
KINDS: dict[str, Callable[[Generator], Any]] = {
    f.__name__: f
    for f in (
        recursive_filter, log_spectrum, phase_tracker, echo_delay, garch, moments, mixed_logit, threshold_regression,
        thin_films, lens_ray, zernike_phase, predators, ricker, titration, queue, erlang, camera, soft_raster,
        signed_distance, curvature, penalised_spline, monotone_flow, crank_nicolson, shooting, level_set,
        ranked_loss, gini, bessel, zeta_tail, steam_table, *COARSE,
    )
}  # fmt: skip
