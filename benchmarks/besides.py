"""Forty-nine more kinds of cost, written after those of `abroad` and before they were tried on the checker.

Estimators with nuisance terms, physics with constants of nature, robots, prices, renderers, filters, small solvers,
tables, fixed draws, scales from 1e-12 to 1e12, zero starts, sums of float32. Made as those of `elsewhere`: one
function for real and complex numbers. Nothing here uses gradlab.
"""

from __future__ import annotations

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
    normal,
    positive,
    sigmoid,
    size,
    softplus,
)

# ---- statistics


def beta_regression(rng: Generator) -> Made:
    """Shares between 0 and 1, with the logarithm of the beta function by its series."""
    X, y = normal(rng, 15, 3), rng.uniform(0.05, 0.95, 15)

    def log_gamma(z: Any) -> Any:
        w = z + 8
        below = sum(np.log(z + k) for k in range(8))
        return (w - 0.5) * np.log(w) - w + 1 / (12 * w) - 1 / (360 * w**3) - below

    def cost(p: Params) -> Any:
        mean, precision = sigmoid(X @ p["w"]), np.exp(p["log_phi"][0])
        a, b = mean * precision, (1 - mean) * precision
        density = log_gamma(precision) - log_gamma(a) - log_gamma(b) + (a - 1) * np.log(y) + (b - 1) * np.log1p(-y)
        return -density.mean()

    return cost, {"w": 0.5 * normal(rng, 3), "log_phi": np.array([1.5])}


def heavy_tails(rng: Generator) -> Made:
    """Cauchy's likelihood with outliers of 1e6."""
    x = normal(rng, 40)
    x[:4] *= 1e6

    def cost(p: Params) -> Any:
        z = (x - p["at"][0]) * np.exp(-p["log_width"][0])
        return np.sum(np.log1p(z * z)) + 40 * p["log_width"][0]

    return cost, {"at": normal(rng, 1), "log_width": normal(rng, 1)}


def random_effects(rng: Generator) -> Made:
    """A marginal likelihood: groups of five that share an effect, whose variance is a parameter."""
    X, y, groups = normal(rng, 30, 2), normal(rng, 30), np.repeat(np.arange(6), 5)

    def cost(p: Params) -> Any:
        within, between = np.exp(p["log_var"])
        r = y - X @ p["w"]
        total = 0.0
        for g in range(6):
            s = r[groups == g]
            total = total + s @ s / within - between * s.sum() ** 2 / (within * (within + 5 * between))
            total = total + 4 * np.log(within) + np.log(within + 5 * between)
        return total / 2

    return cost, {"w": normal(rng, 2), "log_var": normal(rng, 2)}


def quantile_at_the_data(rng: Generator) -> Made:
    """A pinball loss whose line runs beside two of the points, as that of a fitted quantile nearly does."""
    x, y = normal(rng, 25), normal(rng, 25)
    slope = (y[1] - y[0]) / (x[1] - x[0])

    def cost(p: Params) -> Any:
        r = y - p["line"][0] - p["line"][1] * x
        return np.mean(np.where(np.real(r) > 0, 0.7 * r, -0.3 * r)) + 0.5 * np.sum(p["line"] ** 2)

    return cost, {"line": np.array([y[0] - slope * x[0] + 0.01, slope + 0.01])}


def bradley_terry(rng: Generator) -> Made:
    """Who beats whom; strengths begin at zero."""
    pairs, won = rng.integers(8, size=(40, 2)), rng.choice([-1.0, 1.0], 40)

    def cost(p: Params) -> Any:
        behind = -won * (p["s"][pairs[:, 0]] - p["s"][pairs[:, 1]])
        return np.sum(np.log1p(np.exp(behind))) + 0.1 * np.sum(p["s"] ** 2)

    return cost, {"s": np.zeros(8)}


def noise_contrastive(rng: Generator) -> Made:
    """Noise-contrastive estimation of an unnormalised density, its constant a parameter."""
    x, noise = normal(rng, 30), 2 * normal(rng, 30)

    def cost(p: Params) -> Any:
        def ratio(x: Any) -> Any:
            return (
                p["c"][0] - np.exp(p["log_k"][0]) * (x - p["m"][0]) ** 2 + x**2 / 8 + np.log(2 * np.sqrt(2 * np.pi))
            )

        return softplus(-ratio(x)).mean() + softplus(ratio(noise)).mean()

    return cost, {"c": normal(rng, 1), "log_k": normal(rng, 1), "m": normal(rng, 1)}


def changing_point(rng: Generator) -> Made:
    """A slope that changes at a moment in time, which is a parameter."""
    t = np.sort(rng.uniform(0, 10, 50))
    y = 0.5 * t + positive(t - 6) + 0.1 * normal(rng, 50)

    def cost(p: Params) -> Any:
        a, b, c, at = p["q"]
        return np.mean((y - a - b * t - c * positive(t - at)) ** 2)

    return cost, {"q": np.array([0.1, 0.4, 0.8, 5.5]) * (1 + 0.1 * normal(rng, 4))}


# ---- physics


def planck(rng: Generator) -> Made:
    """A black body's spectrum in SI units: numbers from 1e-34 to 1e13."""
    wave = np.linspace(0.4e-6, 2.5e-6, 20)
    h, c, k = 6.626e-34, 2.998e8, 1.381e-23
    seen = 1e13 * np.exp(-(((wave - 1e-6) / 5e-7) ** 2))

    def cost(p: Params) -> Any:
        body = 2 * h * c**2 / wave**5 / (np.exp(h * c / (wave * k * p["kelvin"][0])) - 1)
        return np.mean((p["share"][0] * body - seen) ** 2) / 1e26

    return cost, {"kelvin": np.array([3000 + 800 * rng.random()]), "share": np.array([0.5 + rng.random()])}


def morse_chain(rng: Generator) -> Made:
    """Atoms in a row, in metres and joules."""

    def cost(p: Params) -> Any:
        d = np.diff(p["x"])
        stretched = 1 - np.exp(-(d - 1.1e-10) / 0.4e-10)
        return np.sum(7e-19 * stretched**2) * 1e18

    return cost, {"x": 1.2e-10 * (np.arange(8) + 0.05 * normal(rng, 8))}


def relativistic(rng: Generator) -> Rounded:
    """Kinetic energy far below the speed of light, by the formula that loses digits."""
    c, m = 2.998e8, 1e-3

    def exact(p: Params) -> Any:
        v = p["v"]
        b = np.sum(v * v) / c**2
        return m * c**2 * (b / (np.sqrt(1 - b) * (1 + np.sqrt(1 - b)))) + 1e-3 * np.sum(v)

    def cost(p: Params) -> Any:
        v = p["v"]
        return m * c**2 * (1 / np.sqrt(1 - np.sum(v * v) / c**2) - 1) + 1e-3 * np.sum(v)

    return exact, {"v": 1e5 * normal(rng, 3)}, cost


def diode_circuit(rng: Generator) -> Made:
    """The voltage of a diode behind a resistance, by forty steps of Newton; currents of 1e-12."""
    drive = rng.uniform(0.5, 3, 6)

    def cost(p: Params) -> Any:
        saturated, resistance = 1e-12 * np.exp(p["log_i"][0]), 1e3 * np.exp(p["log_r"][0])
        v: Any = np.full(6, 0.55) + 0 * saturated
        for _ in range(40):
            current = saturated * (np.exp(v / 0.02585) - 1)
            step = (v + resistance * current - drive) / (1 + resistance * (current + saturated) / 0.02585)
            v = v - step
        return np.mean((drive - v) ** 2) + 0.1 * np.mean(v)

    return cost, {"log_i": 0.3 * normal(rng, 1), "log_r": 0.3 * normal(rng, 1)}


def heat_rod(rng: Generator) -> Made:
    """Conductivity along a rod from its temperatures, each in another power of ten."""
    f, wanted = np.ones(11), 0.1 * normal(rng, 11)

    def cost(p: Params) -> Any:
        k = np.exp(p["log_k"])
        A = np.diag(k[:-1] + k[1:]) - np.diag(k[1:-1], 1) - np.diag(k[1:-1], -1)
        u = np.linalg.solve(A * 144, f + 0j) if np.iscomplexobj(k) else np.linalg.solve(A * 144, f)
        return np.mean((u - wanted) ** 2)

    return cost, {"log_k": 2 * normal(rng, 12)}


def drag(rng: Generator) -> Made:
    """A shot with drag |v| v, until it has flown 200 steps."""

    def cost(p: Params) -> Any:
        x, y, u, v = 0.0, 0.0, p["speed"][0] * np.cos(p["angle"][0]), p["speed"][0] * np.sin(p["angle"][0])
        for _ in range(200):
            w = 0.01 * np.exp(p["log_drag"][0]) * np.sqrt(u * u + v * v)
            u, v = u - 0.01 * w * u, v - 0.01 * (w * v + 9.81)
            x, y = x + 0.01 * u, y + 0.01 * v
        return ((x - 30) ** 2 + y * y) / 100

    return cost, {
        "speed": np.array([20 + 3 * rng.random()]),
        "angle": np.array([0.7 + 0.2 * rng.random()]),
        "log_drag": normal(rng, 1),
    }


# ---- robots


def arm(rng: Generator) -> Made:
    """Three joints, a target, and a wall that is touched."""
    wanted = np.array([1.2, 0.8])

    def cost(p: Params) -> Any:
        angle = np.cumsum(p["q"])
        x, y = np.cumsum(np.cos(angle)), np.cumsum(np.sin(angle))
        wall = positive(x - 1.5) ** 2
        return (x[-1] - wanted[0]) ** 2 + (y[-1] - wanted[1]) ** 2 + 10 * wall.sum()

    return cost, {"q": 0.8 * normal(rng, 3)}


def quaternion_pose(rng: Generator) -> Made:
    """Points turned by a quaternion that is made a unit first."""
    A, B = normal(rng, 10, 3), normal(rng, 10, 3)

    def cost(p: Params) -> Any:
        w, x, y, z = p["q"] / np.sqrt(np.sum(p["q"] * p["q"]))
        R = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )
        return np.mean((A @ R.T + p["t"] - B) ** 2)

    return cost, {"q": normal(rng, 4), "t": normal(rng, 3)}


def contact(rng: Generator) -> Made:
    """A ball on a stiff floor, by small steps: the force begins where it touches."""

    def cost(p: Params) -> Any:
        x, v = p["x"][0], p["v"][0]
        for _ in range(150):
            force = -9.81 + 500 * positive(-x) - 2 * np.where(np.real(x) < 0, v, 0)
            v = v + 0.005 * force
            x = x + 0.005 * v
        return (x - 0.2) ** 2 + 0.01 * v * v

    return cost, {"x": np.array([0.3 + 0.1 * rng.random()]), "v": normal(rng, 1)}


def quadratic_regulator(rng: Generator) -> Made:
    """The cost of a feedback, over sixty steps of an almost unstable system."""
    A, B, x0 = np.array([[1.0, 0.1], [0.15, 0.98]]), np.array([0.0, 0.1]), normal(rng, 2)

    def cost(p: Params) -> Any:
        x, total = x0, 0.0
        for _ in range(60):
            u = -(p["K"] @ x)
            total = total + x @ x + 0.1 * u * u
            x = A @ x + B * u
        return total

    return cost, {"K": np.array([3.0, 3.0]) + 0.5 * normal(rng, 2)}


def pose_graph(rng: Generator) -> Made:
    """Twelve poses in the plane; angles are compared by the sine of their difference."""
    steps, turns = rng.uniform(0.5, 1.5, 12), 0.5 * normal(rng, 12)

    def cost(p: Params) -> Any:
        x, y, a = p["poses"].T
        ahead = np.roll(np.arange(12), -1)
        dx, dy = x[ahead] - x, y[ahead] - y
        along, across = np.cos(a) * dx + np.sin(a) * dy, np.cos(a) * dy - np.sin(a) * dx
        return np.sum((along - steps) ** 2 + across**2 + np.sin(a[ahead] - a - turns) ** 2)

    return cost, {"poses": normal(rng, 12, 3)}


def obstacles(rng: Generator) -> Made:
    """A path beside discs: the nearest disc counts, and only within its margin."""
    discs = normal(rng, 5, 2)

    def cost(p: Params) -> Any:
        gaps = p["path"][:, np.newaxis] - discs
        distance = np.sqrt(np.sum(gaps * gaps, axis=-1))
        near = positive(0.8 + largest(-distance))
        return np.sum(np.diff(p["path"], axis=0) ** 2) + 5 * np.sum(near**2)

    return cost, {"path": np.linspace(-2, 2, 9)[:, np.newaxis] + 0.3 * normal(rng, 9, 2)}


# ---- prices


def heston_steps(rng: Generator) -> Made:
    """A volatility that is cut at zero, along fixed draws."""
    z = normal(rng, 2, 30, 40)

    def cost(p: Params) -> Any:
        kappa, theta, xi = np.exp(p["log_q"])
        s, v = np.zeros(40) + 0 * kappa, np.full(40, 0.04) + 0 * kappa
        for k in range(30):
            root = np.sqrt(positive(v) + 1e-12)
            s = s - v / 60 + root * z[0, k] / np.sqrt(30)
            v = positive(v + kappa * (theta - v) / 30 + xi * root * z[1, k] / np.sqrt(30))
        return np.mean(positive(np.exp(s) - 1)) * 100

    return cost, {"log_q": np.log([2.0, 0.05, 0.1]) + 0.1 * normal(rng, 3)}


def yield_curve(rng: Generator) -> Made:
    """Nelson and Siegel's curve, in basis points against dollars of 1e9."""
    years = np.array([0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30])
    prices = 1e9 * np.exp(-0.03 * years)

    def cost(p: Params) -> Any:
        x = years / np.exp(p["log_tau"][0])
        bend = (1 - np.exp(-x)) / x
        rate = 1e-4 * (p["bp"][0] + p["bp"][1] * bend + p["bp"][2] * (bend - np.exp(-x)))
        return np.mean((1e9 * np.exp(-rate * years) - prices) ** 2) / 1e12

    return cost, {"bp": np.array([320.0, -80.0, 40.0]) * (1 + 0.2 * normal(rng, 3)), "log_tau": normal(rng, 1) / 3}


def tail_loss(rng: Generator) -> Made:
    """Expected shortfall of a portfolio, its quantile a parameter."""
    R = 0.02 * normal(rng, 200, 5)

    def cost(p: Params) -> Any:
        w = np.exp(p["a"] - log_sum_exp(p["a"]))
        return p["q"][0] + np.mean(positive(-(R @ w) - p["q"][0])) / 0.05

    return cost, {"a": normal(rng, 5) / 2, "q": np.array([0.005 + 0.005 * rng.random()])}


def soft_barrier(rng: Generator) -> Made:
    """A barrier that is smoothed over a thousandth of the price."""
    paths = np.cumsum(0.02 * normal(rng, 50, 20), axis=1)

    def cost(p: Params) -> Any:
        s = p["spot"][0] * np.exp(paths * np.exp(p["log_vol"][0]))
        alive = sigmoid((s - 90.0) / 0.1).prod(axis=1)
        return np.mean(positive(s[:, -1] - 100.0) * alive)

    return cost, {"spot": np.array([100.0 + 3 * rng.random()]), "log_vol": 0.2 * normal(rng, 1)}


def mortgage(rng: Generator) -> Made:
    """What is paid each month, and what is left after 240 of them: a million less nearly a million."""

    def cost(p: Params) -> Any:
        left, monthly = p["loan"][0], p["rate"][0] / 12
        for _ in range(240):
            left = left * (1 + monthly) - p["paid"][0]
        return 1e-6 * left * left

    rate = 0.03 + 0.02 * rng.random()
    paid = 3e5 * rate / 12 / (1 - (1 + rate / 12) ** -240)
    return cost, {"loan": np.array([3e5]), "rate": np.array([rate]), "paid": np.array([paid * 1.001])}


# ---- pictures


def ray_sphere(rng: Generator) -> Made:
    """Rays against a sphere, shaded; what misses is black."""
    rays = np.column_stack([rng.uniform(-0.6, 0.6, (60, 2)), np.ones(60)])
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    light, wanted = np.array([0.4, 0.7, -0.6]), rng.random(60)

    def cost(p: Params) -> Any:
        centre, radius = p["c"], np.exp(p["log_r"][0])
        b = rays @ centre
        inside = b * b - centre @ centre + radius**2
        hit = np.real(inside) > 0
        depth = b - np.sqrt(np.where(hit, inside, 1))
        n = (depth[:, np.newaxis] * rays - centre) / radius
        shade = np.where(hit, positive(n @ light), 0)
        return np.mean((shade - wanted) ** 2)

    return cost, {"c": np.array([0.0, 0.0, 4.0]) + 0.2 * normal(rng, 3), "log_r": 0.2 * normal(rng, 1)}


def alpha_blending(rng: Generator) -> Made:
    """Eight Gaussian splats from front to back."""
    pixels = np.stack(np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 7)), -1).reshape(-1, 2)
    wanted = rng.random(49)

    def cost(p: Params) -> Any:
        light: Any = 0.0
        through: Any = 1.0
        for k in range(8):
            d = pixels - p["at"][k]
            a = sigmoid(p["opacity"][k]) * np.exp(-np.sum(d * d, axis=1) * np.exp(p["sharp"][k]))
            light, through = light + through * a * p["grey"][k], through * (1 - a)
        return np.mean((light - wanted) ** 2)

    return cost, {
        "at": normal(rng, 8, 2) / 2,
        "opacity": normal(rng, 8),
        "sharp": 1 + normal(rng, 8) / 2,
        "grey": rng.random(8),
    }


def tone_curve(rng: Generator) -> Made:
    """sRGB's curve, linear near black, over values that are cut to [0, 1]."""
    x, wanted = rng.random((40, 3)), rng.random((40, 3))

    def cost(p: Params) -> Any:
        y = x @ p["M"]
        y = np.where(np.real(y) > 1, 1, positive(y))
        bright = np.real(y) > 0.0031308
        curve = np.where(bright, 1.055 * np.where(bright, y, 1) ** (1 / 2.4) - 0.055, 12.92 * y)
        return np.mean((curve - wanted) ** 2)

    return cost, {"M": np.eye(3) + 0.2 * normal(rng, 3, 3)}


def mesh_smoothing(rng: Generator) -> Made:
    """Areas and angles of triangles in a strip."""

    def cost(p: Params) -> Any:
        a, b, c = p["v"][:-2], p["v"][1:-1], p["v"][2:]
        u, w = b - a, c - a
        cross = np.stack(
            [
                u[:, 1] * w[:, 2] - u[:, 2] * w[:, 1],
                u[:, 2] * w[:, 0] - u[:, 0] * w[:, 2],
                u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0],
            ]
        )
        area = np.sqrt(np.sum(cross * cross, axis=0)) / 2
        lengths = np.sum(u * u, axis=1) + np.sum(w * w, axis=1)
        return np.sum(lengths / area) + np.sum((area - 0.5) ** 2)

    return cost, {"v": normal(rng, 9, 3)}


def bundle(rng: Generator) -> Made:
    """Two cameras with lens distortion, in pixels."""
    points, seen = np.column_stack([normal(rng, 12, 2), 5 + rng.random(12)]), 300 * rng.random((2, 12, 2))

    def cost(p: Params) -> Any:
        total: Any = 0.0
        for k in range(2):
            q = points + p["t"][k]
            xy = q[:, :2] / q[:, 2:]
            r = np.sum(xy * xy, axis=1)
            bent = 1 + p["k"][0] * r + p["k"][1] * r * r
            total = total + np.mean((p["f"][0] * bent[:, np.newaxis] * xy + 150 - seen[k]) ** 2)
        return total

    return cost, {"t": 0.2 * normal(rng, 2, 3), "k": np.array([-0.2, 0.05]), "f": np.array([500.0])}


# ---- signals


def compressor(rng: Generator) -> Made:
    """Loudness above a threshold is divided by a ratio; the envelope rises faster than it falls."""
    x = normal(rng, 80) * np.repeat(rng.uniform(0.1, 2, 8), 10)

    def cost(p: Params) -> Any:
        threshold, ratio = p["q"]
        envelope, out = 0.1 + 0 * threshold, []
        for s in x:
            rising = abs(s) > np.real(envelope)
            envelope = envelope + (p["rate"][0] if rising else p["rate"][1]) * (abs(s) - envelope)
            over = positive(np.log(envelope) - threshold)
            out.append(s * np.exp(-over * (1 - 1 / ratio)))
        return np.mean((np.array(out) - 0.5 * x) ** 2)

    return cost, {"q": np.array([-1.0, 3.0]) + 0.1 * normal(rng, 2), "rate": np.array([0.4, 0.05])}


def wavelets(rng: Generator) -> Made:
    """Four levels of lifting, and a soft threshold in every one."""
    x = np.cumsum(normal(rng, 32))

    def cost(p: Params) -> Any:
        low, total = x + 0 * p["lift"][0], 0.0
        for k in range(4):
            even, odd = low[::2], low[1::2]
            detail = odd - even * p["lift"][k]
            low = even + detail * 0.5
            total = total + np.sum(positive(size(detail) - np.exp(p["log_cut"][k])))
        return total + np.sum((p["lift"] - 1) ** 2)

    return cost, {"lift": 1 + 0.1 * normal(rng, 4), "log_cut": normal(rng, 4) / 2}


def beamforming(rng: Generator) -> Made:
    """Power to one side over that to the other, in decibels, of eight sensors at 1e9 Hz."""
    place, angles = np.arange(8) * 0.15, np.linspace(-1.4, 1.4, 15)
    delay = np.outer(np.sin(angles), place) / 2.998e8

    def cost(p: Params) -> Any:
        phase = 2 * np.pi * 1e9 * (delay + p["delay"])
        a = np.exp(p["log_a"])
        power = np.sum(a * np.cos(phase), axis=1) ** 2 + np.sum(a * np.sin(phase), axis=1) ** 2
        return 10 * np.log10(np.e) * (np.log(power[:5].mean()) - np.log(power[10:].mean()))

    return cost, {"delay": 1e-10 * normal(rng, 8), "log_a": 0.2 * normal(rng, 8)}


def deconvolution(rng: Generator) -> Made:
    """Total variation of a signal with exact plateaus, blurred by a kernel that sums to one."""
    signal = np.repeat(normal(rng, 5), 6)
    seen = np.convolve(signal, [0.25, 0.5, 0.25], "same") + 0.01 * normal(rng, 30)

    def cost(p: Params) -> Any:
        kernel = np.exp(p["k"] - log_sum_exp(p["k"]))
        blurred = sum(kernel[j] * np.roll(p["x"], j - 1) for j in range(3))
        steps = np.diff(p["x"])
        return np.sum((blurred - seen) ** 2) + 0.1 * np.sum(np.sqrt(steps * steps + 1e-6))

    return cost, {"x": signal.copy(), "k": normal(rng, 3)}


# ---- solvers inside


def sor(rng: Generator) -> Made:
    """Fifty sweeps of overrelaxation that do not converge to the end."""
    n, f = 8, normal(rng, 8)

    def cost(p: Params) -> Any:
        omega, kappa = p["omega"][0], np.exp(p["log_k"][0])
        u = [0.0 * omega] * (n + 2)
        for _ in range(12):
            for i in range(1, n + 1):
                u[i] = u[i] + omega * ((u[i - 1] + u[i + 1] + f[i - 1]) / (2 + kappa) - u[i])
        return sum((v - 0.1) ** 2 for v in u[1:-1])

    return cost, {"omega": np.array([1.3]) + 0.1 * normal(rng, 1), "log_k": normal(rng, 1)}


def matrix_root(rng: Generator) -> Made:
    """The square root of a covariance, by Denman and Beavers."""
    B = normal(rng, 4, 4)

    def cost(p: Params) -> Any:
        A = p["L"] @ p["L"].T + 0.1 * np.eye(4)
        Y, Z = A, np.eye(4) + 0 * A
        for _ in range(25):
            Y, Z = (Y + np.linalg.inv(Z)) / 2, (Z + np.linalg.inv(Y)) / 2
        return np.sum((Y - B) ** 2)

    return cost, {"L": normal(rng, 4, 4)}


def lagrange_points(rng: Generator) -> Made:
    """A constrained minimum by its optimality conditions: a linear system with a zero block."""
    H, A, b = normal(rng, 5, 5), normal(rng, 2, 5), normal(rng, 2)
    H = H @ H.T + np.eye(5)

    def cost(p: Params) -> Any:
        K = np.block([[H * np.exp(p["s"][0]), A.T], [A, np.zeros((2, 2))]])
        x = np.linalg.solve(K, np.concatenate([p["c"], b + 0 * p["c"][:2]]))[:5]
        return np.sum(np.sin(x))

    return cost, {"c": normal(rng, 5), "s": normal(rng, 1)}


def lorenz(rng: Generator) -> Made:
    """Lorenz's equations for two units of time."""

    def cost(p: Params) -> Any:
        s, r, b = p["q"]

        def slope(u: Any) -> Any:
            x, y, z = u
            return np.array([s * (y - x), x * (r - z) - y, x * y - b * z])

        u = p["u"] + 0 * s
        for _ in range(100):
            k1 = slope(u)
            k2 = slope(u + 0.01 * k1)
            k3 = slope(u + 0.01 * k2)
            u = u + 0.02 / 6 * (k1 + 2 * k2 + 2 * k3 + slope(u + 0.02 * k3))
        return u @ u / 100

    return cost, {"q": np.array([10.0, 28.0, 8 / 3]), "u": np.array([1.0, 2.0, 20.0]) + normal(rng, 3)}


def projected_simplex(rng: Generator) -> Made:
    """A point is projected onto the simplex by sorting, as sparsemax does, and compared."""
    wanted = rng.dirichlet(np.ones(6))

    def cost(p: Params) -> Any:
        z = p["z"]
        down = z[np.argsort(-np.real(z))]
        tops = (np.cumsum(down) - 1) / np.arange(1, 7)
        k = int(np.sum(np.real(down) > np.real(tops)))
        return np.sum((positive(z - tops[k - 1]) - wanted) ** 2)

    return cost, {"z": normal(rng, 6) / 4}


# ---- tables, draws


def monotone_table(rng: Generator) -> Made:
    """Cubic pieces between nodes with harmonic means as slopes, read at numbers that are parameters."""
    nodes, heights = np.arange(9.0), np.cumsum(rng.random(9))
    d = np.diff(heights)
    slopes = np.concatenate([[d[0]], 2 * d[1:] * d[:-1] / (d[1:] + d[:-1]), [d[-1]]])

    def cost(p: Params) -> Any:
        i = np.clip(np.floor(np.real(p["x"])).astype(int), 0, 7)
        t = p["x"] - nodes[i]
        a, b = heights[i], slopes[i]
        c, e = 3 * d[i] - 2 * slopes[i] - slopes[i + 1], slopes[i] + slopes[i + 1] - 2 * d[i]
        return np.sum(a + t * (b + t * (c + t * e))) / 5 + np.sum(p["x"] ** 2) / 50

    return cost, {"x": rng.uniform(0.1, 7.9, 6)}


def reparametrised(rng: Generator) -> Made:
    """An evidence bound from sixteen fixed draws, variances near zero."""
    z, X, y = normal(rng, 16, 4), normal(rng, 20, 4), rng.choice([-1.0, 1.0], 20)

    def cost(p: Params) -> Any:
        w = p["m"] + np.exp(p["log_s"]) * z
        fit = softplus(-y * (w @ X.T)).sum(1).mean()
        return fit + 0.5 * np.sum(p["m"] ** 2 + np.exp(2 * p["log_s"]) - 1) - np.sum(p["log_s"])

    return cost, {"m": np.zeros(4), "log_s": -4 + normal(rng, 4)}


def weighted_draws(rng: Generator) -> Made:
    """Importance weights that are made to add up to one."""
    x = normal(rng, 100)

    def cost(p: Params) -> Any:
        log_w = -((x - p["m"][0]) ** 2) / 2 * np.exp(-2 * p["log_s"][0]) - p["log_s"][0] + x**2 / 2
        return np.sum(np.exp(log_w - log_sum_exp(log_w)) * x**2)

    return cost, {"m": normal(rng, 1), "log_s": normal(rng, 1) / 2}


def ternary_weights(rng: Generator) -> Made:
    """Magnitudes are learned, signs and zeros are fixed by a threshold far from all of them."""
    T, X, Y = normal(rng, 5, 4), normal(rng, 4, 10), normal(rng, 5, 10)

    def cost(p: Params) -> Any:
        kept = (np.abs(T) > 0.5) * np.sign(T)
        return np.mean((p["a"][:, np.newaxis] * (kept @ np.tanh(X + p["b"][:, np.newaxis])) - Y) ** 2)

    return cost, {"a": rng.random(5) + 0.5, "b": np.zeros(4)}


# ---- scales and starts


def twenty_four_decades(rng: Generator) -> Made:
    """Each entry in another power of ten, from 1e-12 to 1e12, and in one product with its neighbour."""
    unit = 10.0 ** np.arange(-12, 13, 3)

    def cost(p: Params) -> Any:
        z = p["x"] / unit
        return np.sum(np.tanh(z[1:] * z[:-1])) + np.sum(z * z) / 10

    return cost, {"x": unit * rng.uniform(0.5, 2, 9)}


def zero_hinges(rng: Generator) -> Made:
    """Weights and biases of zero with a hinge loss: the margin is not met anywhere, and all is linear."""
    X, y = 10 * normal(rng, 21, 4), rng.choice([-1.0, 1.0], 21)  # never as many of both

    def cost(p: Params) -> Any:
        return np.mean(positive(1 - y * (X @ p["w"] + p["b"]))) + 0.01 * np.sum(p["w"] ** 2)

    return cost, {"w": np.zeros(4), "b": np.zeros(1)}


def zero_adapters(rng: Generator) -> Made:
    """A low-rank change of weights, half of which begins at zero."""
    W, X, Y = normal(rng, 4, 5), normal(rng, 5, 12), normal(rng, 4, 12)

    def cost(p: Params) -> Any:
        return np.mean((np.tanh((W + p["B"] @ p["A"]) @ X) - Y) ** 2) + 1e-3 * np.sum(p["A"] ** 2)

    return cost, {"A": normal(rng, 2, 5) / 2, "B": np.zeros((4, 2))}


def logs_of_parts(rng: Generator) -> Made:
    """An entropy of counts that are parts in a million."""
    wanted = rng.dirichlet(np.ones(7))

    def cost(p: Params) -> Any:
        share = p["ppm"] / p["ppm"].sum()
        return np.sum(share * (np.log(share) - np.log(wanted)))

    return cost, {"ppm": 1e-6 * rng.uniform(0.1, 100, 7)}


def square_roots_apart(rng: Generator) -> Rounded:
    """A difference of square roots of 1e12: four digits are lost."""

    def cost(p: Params) -> Any:
        gap = p["x"] / (np.sqrt(1e12 + p["x"]) + 1e6)
        return 1e6 * np.sum(gap) + np.sum(p["x"] ** 2) / 10

    def lossy(p: Params) -> Any:
        return 1e6 * np.sum(np.sqrt(1e12 + p["x"]) - 1e6) + np.sum(p["x"] ** 2) / 10

    return cost, {"x": normal(rng, 4)}, lossy


def single_attention(rng: Generator) -> Rounded:
    """Attention in float32, its loss summed in float64."""
    X, wanted = normal(rng, 6, 4), normal(rng, 6, 4)

    def cost(p: Params) -> Any:
        Z = X @ p["Q"] @ p["K"].T @ X.T / 2
        A = np.exp(Z - log_sum_exp(Z)[:, np.newaxis])
        return np.mean((A @ X - wanted) ** 2)

    return cost, {"Q": normal(rng, 4, 4), "K": normal(rng, 4, 4)}, _single(cost)


def single_recurrence(rng: Generator) -> Rounded:
    """Forty steps of a recurrence in float32."""
    x = normal(rng, 40)

    def cost(p: Params) -> Any:
        h: Any = 0 * p["w"][0]
        for u in x:
            h = np.tanh(p["w"][0] * h + p["w"][1] * u + p["w"][2])
        return h * h + h

    return cost, {"w": normal(rng, 3)}, _single(cost)


def _single(cost: Cost) -> Cost:
    """The cost of params and with a result in float32."""
    return lambda p: float(np.float32(cost({name: a.astype(np.float32) for name, a in p.items()})))


COARSE = (relativistic, square_roots_apart, single_attention, single_recurrence)  # digits lost inside
KINDS: dict[str, Callable[[Generator], Any]] = {
    f.__name__: f
    for f in (
        beta_regression, heavy_tails, random_effects, quantile_at_the_data, bradley_terry, noise_contrastive,
        changing_point, planck, morse_chain, diode_circuit, heat_rod, drag, arm, quaternion_pose, contact,
        quadratic_regulator, pose_graph, obstacles, heston_steps, yield_curve, tail_loss, soft_barrier, mortgage,
        ray_sphere, alpha_blending, tone_curve, mesh_smoothing, bundle, compressor, wavelets, beamforming,
        deconvolution, sor, matrix_root, lagrange_points, lorenz, projected_simplex, monotone_table,
        reparametrised, weighted_draws, ternary_weights, twenty_four_decades, zero_hinges, zero_adapters,
        logs_of_parts, *COARSE,
    )
}  # fmt: skip
