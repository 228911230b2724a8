"""Kinds of cost as other people write them: losses, layers, solvers, dynamic programs, hard points, rounded numbers.

Each is one function of params, written once for real and for complex numbers. A checker evaluates it with real ones;
its right gradient is the complex step's, Im J(θ + i h) / h with h = 1e-30, which subtracts nothing (Squire and Trapp
1998). Where code branches, it looks at real parts. A kind is made from a random generator, so that every seed is
another case. What is rounded inside (float32, a table, printed digits) has the gradient of what it rounds.
Nothing here uses gradlab.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Generator = np.random.Generator
Params = dict[str, Any]
Cost = Callable[[Params], Any]
Made = tuple[Cost, Params]  # a cost for real and complex numbers
Rounded = tuple[Cost, Params, Cost]  # … and what is checked instead, the same with something rounded in it

TINY = 1e-30


def gradient(cost: Cost, params: Params) -> Params:
    """The complex step, entry by entry."""
    grads = {}
    for name, array in params.items():
        grads[name] = np.empty(array.shape)
        for i in range(array.size):
            moved = array.astype(complex)
            moved.flat[i] += 1j * TINY
            grads[name].flat[i] = np.imag(cost(params | {name: moved})) / TINY
    return grads


def case(kind: str, seed: int) -> tuple[Callable[[Params], float], Params, Params]:
    """The cost as a checker sees it, its params, and its right gradient."""
    return made(KINDS[kind], seed)


def made(kind: Callable[[Generator], Any], seed: int) -> tuple[Callable[[Params], float], Params, Params]:
    """A case of any such function, as `case`."""
    cost, params, *rounded = kind(np.random.default_rng([seed, *kind.__name__.encode()]))
    seen = rounded[0] if rounded else cost
    return (lambda p: float(np.real(seen(p)))), params, gradient(cost, params)


# ---- pieces that take complex numbers


def positive(z: Any) -> Any:
    return np.where(np.real(z) > 0, z, 0)


def size(z: Any) -> Any:
    return np.where(np.real(z) < 0, -z, z)


def largest(z: Any, axis: int = -1) -> Any:
    at = np.expand_dims(np.real(z).argmax(axis), axis)
    return np.take_along_axis(z, at, axis).squeeze(axis)


def log_sum_exp(z: Any, axis: int = -1) -> Any:
    top = np.real(z).max(axis, keepdims=True)
    return np.log(np.exp(z - top).sum(axis)) + top.squeeze(axis)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softplus(z: Any) -> Any:
    return positive(z) + np.log1p(np.exp(-size(z)))


def normal(rng: Generator, *shape: int) -> Any:
    return rng.standard_normal(shape)


# ---- losses


def temperature(rng: Generator) -> Made:
    """Softmax with a temperature between 0.01 and 100."""
    k, T = 5, 10.0 ** rng.uniform(-2, 2)
    y = np.eye(k)[rng.integers(k, size=8)]
    X = normal(rng, 8, 4)

    def cost(p: Params) -> Any:
        Z = X @ p["W"] / T
        return np.mean(log_sum_exp(Z) - (y * Z).sum(1))

    return cost, {"W": normal(rng, 4, k)}


def focal(rng: Generator) -> Made:
    X, y, gamma = normal(rng, 12, 3), rng.integers(2, size=12), rng.uniform(0.5, 5)

    def cost(p: Params) -> Any:
        z = np.where(y == 1, 1, -1) * (X @ p["w"] + p["b"])
        return np.mean(sigmoid(-z) ** gamma * softplus(-z))

    return cost, {"w": 3 * normal(rng, 3), "b": normal(rng, 1)}


def dice(rng: Generator) -> Made:
    X, y = normal(rng, 20, 3), rng.integers(2, size=20)
    X[:, 0] *= 10

    def cost(p: Params) -> Any:
        s = sigmoid(X @ p["w"])
        return 1 - (2 * (s @ y) + 1) / (s.sum() + y.sum() + 1)

    return cost, {"w": normal(rng, 3)}


def huber(rng: Generator) -> Made:
    X, y, d = normal(rng, 15, 4), normal(rng, 15), 10.0 ** rng.uniform(-2, 1)

    def cost(p: Params) -> Any:
        r = X @ p["w"] - y
        return np.sum(np.where(size(r).real < d, 0.5 * r**2, d * (size(r) - 0.5 * d)))

    return cost, {"w": normal(rng, 4)}


def quantile_loss(rng: Generator) -> Made:
    """Pinball: the absolute value, tilted."""
    X, y, q = normal(rng, 15, 4), normal(rng, 15), rng.uniform(0.05, 0.95)

    def cost(p: Params) -> Any:
        r = y - X @ p["w"]
        return np.mean(np.where(np.real(r) > 0, q * r, (q - 1) * r))

    return cost, {"w": normal(rng, 4)}


def hinge_margin(rng: Generator) -> Made:
    """Multi-class hinge: one gap for each other class."""
    X, y = normal(rng, 10, 4), rng.integers(3, size=10)

    def cost(p: Params) -> Any:
        S = X @ p["W"]
        gaps = positive(S - S[np.arange(10), y][:, None] + 1)
        return (gaps.sum() - 10) / 10 + 0.05 * np.sum(p["W"] ** 2)

    return cost, {"W": normal(rng, 4, 3)}


def triplet(rng: Generator) -> Made:
    A, P, N = (normal(rng, 6, 4) for _ in range(3))

    def cost(p: Params) -> Any:
        a, b, c = (x @ p["W"] for x in (A, P, N))
        return np.mean(positive(((a - b) ** 2).sum(1) - ((a - c) ** 2).sum(1) + 0.5))

    return cost, {"W": normal(rng, 4, 3)}


def contrastive(rng: Generator) -> Made:
    """InfoNCE with cosine similarities and a small temperature."""
    A, B, T = normal(rng, 6, 4), normal(rng, 6, 5), rng.uniform(0.02, 0.5)

    def unit(z: Any) -> Any:
        return z / np.sqrt((z**2).sum(1, keepdims=True))

    def cost(p: Params) -> Any:
        S = unit(A @ p["U"]) @ unit(B @ p["V"]).T / T
        return np.mean(log_sum_exp(S) - np.diag(S))

    return cost, {"U": normal(rng, 4, 3), "V": normal(rng, 5, 3)}


def kl_gaussians(rng: Generator) -> Made:
    x = normal(rng, 7)

    def cost(p: Params) -> Any:
        return 0.5 * np.sum(np.exp(p["logvar"]) + p["mu"] ** 2 - 1 - p["logvar"]) + np.sum((p["mu"] - x) ** 2)

    return cost, {"mu": 0.1 * normal(rng, 7), "logvar": 3 * normal(rng, 7)}


def gaussian_nll(rng: Generator) -> Made:
    """Means and scales of a fit that is good: residuals of 1e-3 of the data, scales as small."""
    X, w = normal(rng, 25, 3), normal(rng, 3)
    y = X @ w + 1e-3 * normal(rng, 25)

    def cost(p: Params) -> Any:
        r = (y - X @ p["w"]) / np.exp(p["s"])
        return np.sum(0.5 * r**2 + p["s"])

    return cost, {"w": w + 1e-4 * normal(rng, 3), "s": np.full(1, np.log(1e-3)) + 0.1 * normal(rng, 1)}


def evidence_of_mixture(rng: Generator) -> Made:
    """Log-likelihood of a Gaussian mixture in one dimension."""
    x = np.concatenate([normal(rng, 20) - 2, 0.3 * normal(rng, 20) + 1])

    def cost(p: Params) -> Any:
        log_w = p["a"] - log_sum_exp(p["a"])
        z = (x[:, None] - p["mu"]) / np.exp(p["s"])
        return -np.mean(log_sum_exp(log_w - p["s"] - 0.5 * z**2))

    return cost, {"a": normal(rng, 3), "mu": normal(rng, 3), "s": 0.5 * normal(rng, 3)}


# ---- layers and activations


def _two_layers(rng: Generator, activation: Callable[[Any], Any], scale: float = 1.0) -> Made:
    X, Y = normal(rng, 5, 9), normal(rng, 2, 9)

    def cost(p: Params) -> Any:
        return np.mean((p["W2"] @ activation(p["W1"] @ X + p["b1"]) + p["b2"] - Y) ** 2)

    return cost, {
        "W1": scale * normal(rng, 6, 5),
        "b1": scale * normal(rng, 6, 1),
        "W2": scale * normal(rng, 2, 6),
        "b2": scale * normal(rng, 2, 1),
    }


def gelu(rng: Generator) -> Made:
    return _two_layers(rng, lambda z: 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))))


def swish(rng: Generator) -> Made:
    return _two_layers(rng, lambda z: z * sigmoid(z))


def elu(rng: Generator) -> Made:
    return _two_layers(rng, lambda z: np.where(np.real(z) > 0, z, np.expm1(np.where(np.real(z) > 0, 0, z))))


def leaky(rng: Generator) -> Made:
    return _two_layers(rng, lambda z: np.where(np.real(z) > 0, z, 0.01 * z))


def hard_sigmoid(rng: Generator) -> Made:
    """Three straight pieces; in most units the slope is 0."""
    return _two_layers(rng, lambda z: np.where(np.abs(np.real(z)) < 2.5, 0.2 * z + 0.5, np.real(z) > 0))


def softsign(rng: Generator) -> Made:
    return _two_layers(rng, lambda z: z / (1 + size(z)))


def zero_weights(rng: Generator) -> Made:
    """All weights 0: the second layer's gradient of the first is exactly 0, and its bias is all that learns."""
    cost, params = _two_layers(rng, np.tanh)
    return cost, {name: np.zeros_like(array) for name, array in params.items()}


def tiny_weights(rng: Generator) -> Made:
    return _two_layers(rng, np.tanh, 1e-6)


def saturated(rng: Generator) -> Made:
    """Weights so large that tanh is 1 to sixteen digits in most units."""
    return _two_layers(rng, np.tanh, 10.0)


def max_pool(rng: Generator) -> Made:
    image = normal(rng, 8, 8)

    def cost(p: Params) -> Any:
        out = np.array([[np.sum(p["K"] * image[i : i + 3, j : j + 3]) for j in range(6)] for i in range(6)])
        windows = out.reshape(3, 2, 3, 2).swapaxes(1, 2).reshape(9, 4)
        return np.sum(np.sin(largest(windows)))

    return cost, {"K": normal(rng, 3, 3)}


def attention(rng: Generator) -> Made:
    X, d = normal(rng, 6, 4), 3

    def cost(p: Params) -> Any:
        S = (X @ p["Q"]) @ (X @ p["K"]).T / np.sqrt(d)
        S = np.where(np.tril(np.ones((6, 6))) > 0, S, -1e9)
        A = np.exp(S - log_sum_exp(S)[:, None])
        return np.sum((A @ X @ p["V"]) ** 2)

    return cost, {name: normal(rng, 4, d) for name in "QKV"}


def layer_norm_stack(rng: Generator) -> Made:
    """Ten layers, each normalised: W's scale does not matter, so its gradient stands at right angles to W."""
    X = normal(rng, 4, 6)

    def cost(p: Params) -> Any:
        h = X
        for _ in range(10):
            h = h + np.tanh(h @ p["W"])
            h = (h - h.mean(1, keepdims=True)) / np.sqrt(h.var(1, keepdims=True) if np.isrealobj(h) else _var(h))
            h = h * p["gamma"]
        return np.sum(h[:, 0] ** 3)

    return cost, {"W": normal(rng, 6, 6) / 3, "gamma": 1 + 0.2 * normal(rng, 6)}


def _var(z: Any) -> Any:
    return ((z - z.mean(1, keepdims=True)) ** 2).mean(1, keepdims=True)


def long_rnn(rng: Generator) -> Made:
    """A hundred steps: gradients that vanish or explode."""
    x, gain = normal(rng, 100), rng.uniform(0.5, 1.8)

    def cost(p: Params) -> Any:
        h = np.zeros(4)
        for value in x:
            h = np.tanh(p["W"] @ h + p["u"] * value)
        return np.sum(h**2)

    return cost, {"W": gain * normal(rng, 4, 4) / 2, "u": normal(rng, 4)}


def gru(rng: Generator) -> Made:
    X = normal(rng, 8, 3)

    def cost(p: Params) -> Any:
        h = np.zeros(4)
        for x in X:
            z, r = sigmoid(p["Wz"] @ x + p["Uz"] @ h), sigmoid(p["Wr"] @ x + p["Ur"] @ h)
            h = (1 - z) * h + z * np.tanh(p["Wh"] @ x + p["Uh"] @ (r * h))
        return np.sum(np.cos(h))

    return cost, {f"{a}{b}": normal(rng, 4, 3 if a == "W" else 4) for a in "WU" for b in "zrh"}


def embedding_rows(rng: Generator) -> Made:
    """Most rows of the table are not asked for: their gradient is exactly 0."""
    tokens = rng.integers(30, size=6)

    def cost(p: Params) -> Any:
        return np.sum(np.tanh(p["E"][tokens] @ p["w"]) ** 2)

    return cost, {"E": normal(rng, 30, 3), "w": normal(rng, 3)}


def dropout_fixed(rng: Generator) -> Made:
    mask = (rng.random((6, 9)) < 0.5) / 0.5
    cost, params = _two_layers(rng, lambda z: np.tanh(z) * mask)
    return cost, params


# ---- linear algebra, transforms, dynamic programs


def log_determinant(rng: Generator) -> Made:
    """Of a covariance, and the quadratic form beside it: a Gaussian process, with two points nearly equal."""
    x = np.sort(rng.uniform(0, 3, 8))
    x[1] = x[0] + 10.0 ** rng.uniform(-4, 0)
    y = normal(rng, 8)

    def cost(p: Params) -> Any:
        a, length, noise = np.exp(p["log"])
        K = a * np.exp(-0.5 * ((x[:, None] - x) / length) ** 2) + noise * np.eye(8)
        L = _cholesky(K)
        z = np.linalg.solve(L, y.astype(L.dtype))
        return 0.5 * z @ z + np.sum(np.log(np.diag(L)))

    return cost, {"log": np.array([0.2, -0.1, rng.uniform(-9, -1)]) + 0.1 * normal(rng, 3)}


def _cholesky(K: Any) -> Any:
    """Of a symmetric matrix, real or complex."""
    n = len(K)
    L = np.zeros_like(K)
    for j in range(n):
        L[j, j] = np.sqrt(K[j, j] - np.sum(L[j, :j] ** 2))
        for i in range(j + 1, n):
            L[i, j] = (K[i, j] - np.sum(L[i, :j] * L[j, :j])) / L[j, j]
    return L


def inverse_trace(rng: Generator) -> Made:
    n = 4

    def cost(p: Params) -> Any:
        return np.trace(np.linalg.inv(p["A"] @ p["A"].T + 0.01 * np.eye(n)))

    return cost, {"A": normal(rng, n, n)}


def determinant(rng: Generator) -> Made:
    """Of a matrix of any scale: the gradient is det · inv(A)ᵀ."""
    n, s = int(rng.integers(2, 6)), 10.0 ** rng.uniform(-6, 6)
    return (lambda p: np.linalg.det(p["A"])), {"A": s * normal(rng, n, n)}


def product(rng: Generator) -> Made:
    """Of many factors: over- and underflow are near, and every slope is the product over its factor."""
    n = int(rng.integers(5, 60))
    return (lambda p: np.prod(p["x"])), {"x": 10.0 ** rng.uniform(-3, 3, n) * rng.choice([-1, 1], n)}


def cumulative(rng: Generator) -> Made:
    x = normal(rng, 12)
    return (lambda p: np.sum(x * np.cumprod(p["x"]) + np.cumsum(p["x"]) ** 2)), {"x": normal(rng, 12)}


def spectrum(rng: Generator) -> Made:
    """Power of some frequencies, by FFT where numbers are real."""
    n, keep = 16, rng.random(9) < 0.5
    F = np.exp(-2j * np.pi * np.outer(np.arange(9), np.arange(n)) / n)

    def cost(p: Params) -> Any:
        if np.isrealobj(p["x"]):
            return np.sum(np.abs(np.fft.rfft(p["x"])[keep]) ** 2)
        return np.sum(((F.real @ p["x"]) ** 2 + (F.imag @ p["x"]) ** 2)[keep])

    return cost, {"x": normal(rng, n)}


def ctc(rng: Generator) -> Made:
    """Forward algorithm in logarithms over a label with blanks."""
    T, k, label = 8, 4, [0, 1, 0, 2, 0]

    def cost(p: Params) -> Any:
        logp = p["Z"] - log_sum_exp(p["Z"])[:, None]
        alpha = np.full(5, -1e30, dtype=logp.dtype)
        alpha[0], alpha[1] = logp[0, label[0]], logp[0, label[1]]
        for t in range(1, T):
            back = [alpha, np.append(-1e30, alpha[:-1])]
            skip = np.append([-1e30, -1e30], alpha[:-2])
            skip[[0, 1, 2, 4]] = -1e30
            alpha = log_sum_exp(np.array([*back, skip]), 0) + logp[t, label]
        return -log_sum_exp(alpha[-2:])

    return cost, {"Z": 2 * normal(rng, T, k)}


def soft_edit_distance(rng: Generator) -> Made:
    """Soft dynamic time warping with a small smoothing."""
    y, gamma = normal(rng, 5), 10.0 ** rng.uniform(-2, 1)

    def cost(p: Params) -> Any:
        x = p["x"]
        D = (x[:, None] - y) ** 2
        R = np.full((len(x) + 1, len(y) + 1), 1e10, dtype=D.dtype)
        R[0, 0] = 0
        for i in range(1, len(x) + 1):
            for j in range(1, len(y) + 1):
                before = np.array([R[i - 1, j], R[i, j - 1], R[i - 1, j - 1]])
                R[i, j] = D[i - 1, j - 1] - gamma * log_sum_exp(-before / gamma)
        return R[-1, -1]

    return cost, {"x": normal(rng, 6)}


def viterbi(rng: Generator) -> Made:
    """The best path's score: the maximum of sums."""

    def cost(p: Params) -> Any:
        best = p["E"][0]
        for row in p["E"][1:]:
            best = largest(best + p["T"]) + row
        return largest(best)

    return cost, {"E": normal(rng, 6, 3), "T": normal(rng, 3, 3)}


def sorting(rng: Generator) -> Made:
    """An L-moment: sorted numbers times fixed weights."""
    w = np.linspace(-1, 1, 9)

    def cost(p: Params) -> Any:
        z = p["x"] ** 3
        return w @ z[np.real(z).argsort()]

    return cost, {"x": normal(rng, 9)}


def median(rng: Generator) -> Made:
    X, y = normal(rng, 15, 3), normal(rng, 15)

    def cost(p: Params) -> Any:
        r = size(X @ p["w"] - y)
        return r[np.real(r).argsort()[7]]

    return cost, {"w": normal(rng, 3)}


def top_k(rng: Generator) -> Made:
    X = normal(rng, 10, 4)

    def cost(p: Params) -> Any:
        z = X @ p["w"]
        return np.sum(np.exp(z[np.real(z).argsort()[-3:]]))

    return cost, {"w": normal(rng, 4)}


# ---- solvers and simulations


def runge_kutta(rng: Generator) -> Made:
    """The Van der Pol oscillator, 200 steps of order 4: where it ends, by its constants and its start."""

    def cost(p: Params) -> Any:
        mu, x, v, dt = p["mu"][0], p["start"][0], p["start"][1], 0.05

        def f(x: Any, v: Any) -> Any:
            return np.array([v, mu * (1 - x**2) * v - x])

        s = np.array([x, v])
        for _ in range(200):
            a = f(*s)
            b = f(*(s + dt / 2 * a))
            c = f(*(s + dt / 2 * b))
            d = f(*(s + dt * c))
            s = s + dt / 6 * (a + 2 * b + 2 * c + d)
        return np.sum(s**2)

    return cost, {"mu": rng.uniform(0.3, 3, 1), "start": normal(rng, 2)}


def chaos(rng: Generator) -> Made:
    """The logistic map, 20 to 40 times: the slope is millions, and noise grows as much."""
    n = int(rng.integers(15, 40))

    def cost(p: Params) -> Any:
        x = p["x"][0]
        for _ in range(n):
            x = p["r"][0] * x * (1 - x)
        return x

    return cost, {"x": rng.uniform(0.1, 0.9, 1), "r": rng.uniform(3.6, 3.9, 1)}


def newton_root(rng: Generator) -> Made:
    """Six steps of Newton's method: converged to the last digit."""
    c = rng.uniform(0.5, 2)

    def cost(p: Params) -> Any:
        x = 1.0
        for _ in range(30):
            x = x - (np.exp(p["a"][0] * x) + p["b"][0] * x - 3 - c) / (p["a"][0] * np.exp(p["a"][0] * x) + p["b"][0])
        return x

    return cost, {"a": rng.uniform(0.5, 1.5, 1), "b": rng.uniform(0.5, 1.5, 1)}


def heat(rng: Generator) -> Made:
    """Implicit steps of a heat equation; the conductivities are the params."""
    n, u0 = 8, normal(rng, 8)

    def cost(p: Params) -> Any:
        k = np.exp(p["k"])
        A = np.zeros((n, n), dtype=k.dtype)
        for i in range(n - 1):
            A[i, i] += k[i]
            A[i + 1, i + 1] += k[i]
            A[i, i + 1] -= k[i]
            A[i + 1, i] -= k[i]
        u = u0.astype(k.dtype)
        for _ in range(20):
            u = np.linalg.solve(np.eye(n) + 0.1 * A, u)
        return np.sum((u - 0.1) ** 2)

    return cost, {"k": normal(rng, n - 1)}


def monte_carlo(rng: Generator) -> Made:
    """An expectation over fixed draws, reparametrised."""
    z = normal(rng, 200, 3)

    def cost(p: Params) -> Any:
        x = p["mu"] + np.exp(p["s"]) * z
        return np.mean(np.cos(x).sum(1) + positive(x[:, 0]) * x[:, 1])

    return cost, {"mu": normal(rng, 3), "s": 0.3 * normal(rng, 3)}


def option_price(rng: Generator) -> Made:
    """The mean payoff over fixed paths: a kink for each path that ends near the strike."""
    z = normal(rng, 500)

    def cost(p: Params) -> Any:
        s0, sigma, r = p["s0"][0], p["sigma"][0], p["r"][0]
        end = s0 * np.exp(r - 0.5 * sigma**2 + sigma * z)
        return np.exp(-r) * np.mean(positive(end - 100))

    return cost, {"s0": rng.uniform(80, 120, 1), "sigma": rng.uniform(0.1, 0.6, 1), "r": rng.uniform(0.01, 0.1, 1)}


def lennard_jones(rng: Generator) -> Made:
    """Energies of twelfth powers: over many decades, with cancelling forces."""

    def cost(p: Params) -> Any:
        total = 0
        for i in range(4):
            for j in range(i):
                s = np.sum((p["x"][i] - p["x"][j]) ** 2)
                total = total + s**-6 - s**-3
        return total

    grid = np.array([[0, 0, 0], [1.1, 0, 0], [0, 1.1, 0], [0, 0, 1.1]])
    return cost, {"x": grid + 0.1 * normal(rng, 4, 3)}


def physical_units(rng: Generator) -> Made:
    """Params of 1e-23, 1e8 and 1e-9 in one cost: constants of nature, in SI."""
    k, c = 1.38e-23, 3e8

    def cost(p: Params) -> Any:
        x = 6.6e-34 * c / (p["wave"] * k * p["T"])
        return np.sum(1e-17 / p["wave"] ** 2 / np.expm1(x))

    return cost, {"wave": rng.uniform(3e-7, 2e-6, 4), "T": rng.uniform(3000, 6000, 1)}


def huge_sum(rng: Generator) -> Made:
    """A sum over 1e5 examples: round-off far above that of one number."""
    x, y = normal(rng, 100_000), normal(rng, 100_000)
    return (lambda p: np.sum((p["a"] * x + p["b"] - y) ** 2)), {"a": normal(rng, 1), "b": normal(rng, 1)}


def cancelling(rng: Generator) -> Made:
    """Two large terms less each other: a variance as E x² − (E x)²."""
    shift, x = 10.0 ** rng.uniform(0, 5), normal(rng, 20)

    def cost(p: Params) -> Any:
        z = p["w"][0] * x + p["w"][1] * x**2 + shift
        return np.mean(z**2) - np.mean(z) ** 2

    return cost, {"w": normal(rng, 2)}


def barrier(rng: Generator) -> Made:
    """A logarithmic barrier near its wall, times a small weight."""
    A = normal(rng, 6, 3)
    w = normal(rng, 3)
    slack = 10.0 ** rng.uniform(-6, 0, 6)
    b = A @ w + slack
    c = normal(rng, 3)
    return (lambda p: c @ p["w"] - 1e-3 * np.sum(np.log(b - A @ p["w"]))), {"w": w}


def norm_at_nothing(rng: Generator) -> Made:
    """Group lasso beside zero: sqrt(sum of squares + 1e-12) of weights of 1e-8 to 1."""
    s = 10.0 ** rng.uniform(-8, 0)
    y = normal(rng, 4)
    return (lambda p: np.sqrt(np.sum(p["w"] ** 2) + 1e-12) + y @ p["w"]), {"w": s * normal(rng, 4)}


# ---- rounded inside


def float32_layer(rng: Generator) -> Rounded:
    _, params = _two_layers(rng, np.tanh)
    X, Y = normal(rng, 5, 9), normal(rng, 2, 9)

    def seen(p: Params) -> Any:
        q = {name: array.astype(np.float32) for name, array in p.items()}
        h = np.tanh(q["W1"] @ X.astype(np.float32) + q["b1"])
        return np.mean((q["W2"] @ h + q["b2"] - Y.astype(np.float32)) ** 2)

    def exact(p: Params) -> Any:
        h = np.tanh(p["W1"] @ X + p["b1"])
        return np.mean((p["W2"] @ h + p["b2"] - Y) ** 2)

    return exact, params, seen


def float32_params(rng: Generator) -> Rounded:
    cost, params = softsign(rng)
    single = {name: array.astype(np.float32) for name, array in params.items()}
    return cost, single, cost


def float16_inside(rng: Generator) -> Rounded:
    X, y = normal(rng, 12, 4), normal(rng, 12)

    def seen(p: Params) -> Any:
        return float(np.mean(np.tanh((X @ p["w"] - y).astype(np.float16)).astype(float) ** 2))

    return (lambda p: np.mean(np.tanh(X @ p["w"] - y) ** 2)), {"w": normal(rng, 4)}, seen


def fixed_point(rng: Generator) -> Rounded:
    """All activations in steps of 2⁻¹⁶."""
    X = normal(rng, 12, 4)

    def seen(p: Params) -> Any:
        return float(np.sum(np.round(np.tanh(X @ p["w"]) * 65536)) / 65536)

    return (lambda p: np.sum(np.tanh(X @ p["w"]))), {"w": normal(rng, 4)}, seen


def read_from_log(rng: Generator) -> Rounded:
    """Printed with six decimals, and read again."""
    X, y = normal(rng, 12, 4), rng.integers(2, size=12)

    def cost(p: Params) -> Any:
        z = X @ p["w"]
        return np.mean(softplus(z) - y * z)

    return cost, {"w": normal(rng, 4)}, (lambda p: float(f"{float(cost(p)):.6f}"))


def noisy_simulator(rng: Generator) -> Rounded:
    """A noise of 1e-9 to 1e-3 that depends on params: fixed draws, hashed from their digits."""
    level = 10.0 ** rng.uniform(-9, -4)
    a = normal(rng, 3)

    def cost(p: Params) -> Any:
        return np.sum(np.sin(p["x"] * a))

    def seen(p: Params) -> Any:
        words = np.ascontiguousarray(p["x"]).view(np.uint32).tolist()
        return float(cost(p)) + level * np.random.default_rng(words).standard_normal()

    return cost, {"x": normal(rng, 3)}, seen


def linear_table(rng: Generator) -> Rounded:
    """A table of 1,000 values with straight lines between: it has the slope of its line, and kinks at the knots."""
    knots = np.linspace(-3, 3, 1001)
    values = np.sin(knots)

    def seen(p: Params) -> Any:
        return np.sum(np.interp(p["x"], knots, values) * np.arange(1, 6))

    def cost(p: Params) -> Any:
        i = np.searchsorted(knots, np.real(p["x"])) - 1
        slope = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
        return np.sum((values[i] + slope * (p["x"] - knots[i])) * np.arange(1, 6))

    return cost, {"x": rng.uniform(-2, 2, 5)}, seen


def adaptive_quadrature(rng: Generator) -> Rounded:
    """Simpson's rule, halved until it changes by less than 1e-9: the grid does not depend on small changes."""
    b = rng.uniform(1, 3)

    def area(p: Params, n: int) -> Any:
        x = np.linspace(0, b, 2 * n + 1)
        y = np.exp(-p["a"][0] * x**2) * np.cos(p["a"][1] * x)
        return (b / (6 * n)) * (y[0] + y[-1] + 4 * y[1::2].sum() + 2 * y[2:-1:2].sum())

    def seen(p: Params) -> Any:
        n = 4
        while abs(area(p, n) - area(p, 2 * n)) > 1e-9:
            n *= 2
        return area(p, 2 * n)

    n, a = 4, rng.uniform(0.5, 2, 2)
    while abs(area({"a": a}, n) - area({"a": a}, 2 * n)) > 1e-9:
        n *= 2
    return (lambda p: area(p, 2 * n)), {"a": a}, seen


# ---- points and functions that are hard for another reason


def clipped_log(rng: Generator) -> Made:
    """Cross-entropy of clipped probabilities: log(max(p, 1e-7)), some are clipped."""
    X, y = normal(rng, 12, 3), rng.integers(2, size=12)

    def cost(p: Params) -> Any:
        s = sigmoid(8 * (X @ p["w"]))
        q = np.where(y == 1, s, 1 - s)
        return -np.mean(np.log(np.where(np.real(q) < 1e-7, 1e-7, q)))

    return cost, {"w": normal(rng, 3)}


def log_eps(rng: Generator) -> Made:
    X, y = normal(rng, 12, 3), rng.integers(2, size=12)

    def cost(p: Params) -> Any:
        s = sigmoid(12 * (X @ p["w"]))
        return -np.mean(np.log(np.where(y == 1, s, 1 - s) + 1e-12))

    return cost, {"w": normal(rng, 3)}


def naive_softmax(rng: Generator) -> Made:
    X, y = normal(rng, 6, 4), np.eye(5)[rng.integers(5, size=6)]

    def cost(p: Params) -> Any:
        E = np.exp(X @ p["W"] * 30)
        return -np.sum(y * np.log(E / E.sum(1, keepdims=True) + 1e-300))

    return cost, {"W": normal(rng, 4, 5)}


def timestamps(rng: Generator) -> Made:
    """Params of 1.7e9 seconds, where the cost depends on their differences."""
    t = 1.7e9 + 100 * normal(rng, 5)
    return (lambda p: np.sum(np.sin(np.diff(p["t"]) / 50))), {"t": t}


def mixed_sizes(rng: Generator) -> Made:
    """Entries of 1e-12 to 1e6 in one block, which all matter as they are: sin."""
    return (lambda p: np.sum(np.sin(p["x"] + 1))), {"x": 10.0 ** rng.uniform(-12, 3, 6) * rng.choice([-1, 1], 6)}


def one_tiny_entry(rng: Generator) -> Made:
    x = normal(rng, 6)
    x[2] = 1e-9 * rng.uniform(1, 9)
    k = 10.0 ** rng.uniform(0, 9)
    return (lambda p: np.sum(np.tanh(p["x"])) + np.sin(k * p["x"][2])), {"x": x}


def rational(rng: Generator) -> Made:
    """A pole a little beside the point."""
    d = 10.0 ** rng.uniform(-7, -1, 3)
    return (lambda p: np.sum(1 / (p["x"] - 1))), {"x": 1 + d}


def sqrt_edge(rng: Generator) -> Made:
    x = 10.0 ** rng.uniform(-12, 0, 4)
    return (lambda p: np.sum(np.sqrt(p["x"]))), {"x": x}


def arccos_edge(rng: Generator) -> Made:
    d = 10.0 ** rng.uniform(-8, -1, 3)

    def cost(p: Params) -> Any:
        return np.sum(np.arctan2(np.sqrt(1 - p["x"] ** 2), p["x"]) if np.isrealobj(p["x"]) else np.arccos(p["x"]))

    return cost, {"x": 1 - d}


def perfect_fit(rng: Generator) -> Made:
    """A fit whose residuals are 0 to the last digit, beside a weight decay."""
    X = normal(rng, 8, 4)
    W1, W2 = normal(rng, 4, 5), normal(rng, 5, 2)
    Y = np.tanh(X @ W1) @ W2
    return (
        lambda p: (
            np.mean((np.tanh(X @ p["W1"]) @ p["W2"] - Y) ** 2) + 1e-3 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
        )
    ), {"W1": W1, "W2": W2}


def perfect_fit_alone(rng: Generator) -> Made:
    X = normal(rng, 8, 4)
    W = normal(rng, 4, 2)
    Y = np.tanh(X @ W)
    eps = 10.0 ** rng.uniform(-9, -3)
    return (lambda p: np.mean((np.tanh(X @ p["W"]) - Y) ** 2)), {"W": W + eps * normal(rng, 4, 2)}


def quartic_minimum(rng: Generator) -> Made:
    eps = 10.0 ** rng.uniform(-5, -1)
    return (lambda p: np.sum((p["x"] - 1) ** 4)), {"x": 1 + eps * normal(rng, 3)}


def relu_zero_bias(rng: Generator) -> Made:
    """ReLU with zero biases and one padded row of zeros: that row's units sit at their kink (right: slope 0)."""
    X = normal(rng, 5, 8)
    X[:, 3] = 0
    Y = normal(rng, 2, 8)
    return (lambda p: np.mean((p["W2"] @ positive(p["W1"] @ X + p["b1"]) + p["b2"] - Y) ** 2)), {
        "W1": normal(rng, 6, 5),
        "b1": np.zeros((6, 1)),
        "W2": normal(rng, 2, 6),
        "b2": np.zeros((2, 1)),
    }


def relu_binary(rng: Generator) -> Made:
    """Inputs 0 and 1, weights in quarters: units at their kink by chance."""
    X = rng.integers(2, size=(5, 8)).astype(float)
    Y = normal(rng, 2, 8)
    params = {"W1": rng.integers(-4, 5, (6, 5)) / 4.0, "W2": rng.integers(-4, 5, (2, 6)) / 4.0}
    return (lambda p: np.mean((p["W2"] @ positive(p["W1"] @ X) - Y) ** 2)), params


def relu_cubed(rng: Generator) -> Made:
    return _two_layers(rng, lambda z: positive(z) ** 3)


def sine_layers(rng: Generator) -> Made:
    """SIREN: sin(30 z), twice."""
    x = rng.uniform(-1, 1, (1, 9))

    def cost(p: Params) -> Any:
        h = np.sin(30 * (p["W1"] @ x + p["b1"]))
        return np.mean((p["W2"] @ np.sin(30 * (p["W"] @ h)) - 0.3) ** 2)

    return cost, {
        "W1": normal(rng, 6, 1),
        "b1": normal(rng, 6, 1),
        "W": normal(rng, 6, 6) / 6,
        "W2": normal(rng, 1, 6),
    }


def fourier_features(rng: Generator) -> Made:
    x = rng.uniform(-1, 1, 12)
    y = normal(rng, 12)
    k = 2.0 ** np.arange(10)
    return (lambda p: np.mean((np.sin(np.outer(x, k) * p["f"]) @ p["a"] - y) ** 2)), {
        "f": 1 + 0.1 * normal(rng, 10),
        "a": normal(rng, 10),
    }


def masked_nan_guard(rng: Generator) -> Made:
    """where(x > 0, log(x), 0) of which most entries are on the flat side."""
    return (lambda p: np.sum(np.where(np.real(p["x"]) > 0, np.log(np.where(np.real(p["x"]) > 0, p["x"], 1)), 0))), {
        "x": normal(rng, 9)
    }


def step_penalty(rng: Generator) -> Made:
    """x² plus a penalty that switches on 1e-6 to 1e-2 away from the point: a jump near by."""
    d = 10.0 ** rng.uniform(-6, -2)
    x = normal(rng, 3)
    c = x[0] + d
    return (lambda p: np.sum(p["x"] ** 2) + 5.0 * (np.real(p["x"][0]) > c)), {"x": x}


def modulo(rng: Generator) -> Made:
    """A phase wrapped to one turn: jumps at some distance."""

    def cost(p: Params) -> Any:
        z = p["x"] * 3
        return np.sum((z - np.floor(np.real(z))) ** 2)

    return cost, {"x": normal(rng, 5)}


def rounding_of_input(rng: Generator) -> Rounded:
    """The data are rounded params: np.round(x, 4) inside, the rest smooth."""
    a = normal(rng, 3)
    return (
        (lambda p: np.sum(np.sin(a * p["x"]))),
        {"x": normal(rng, 3)},
        (lambda p: np.sum(np.sin(a * np.round(p["x"], 4)))),
    )


def int8(rng: Generator) -> Rounded:
    """Weights quantised to 255 levels, inside."""
    X = normal(rng, 20, 4)
    return (
        (lambda p: np.mean(np.tanh(X @ p["w"]))),
        {"w": normal(rng, 4)},
        (lambda p: np.mean(np.tanh(X @ (np.round(p["w"] * 127) / 127)))),
    )


def bfloat(rng: Generator) -> Rounded:
    """Activations cut to 8 binary digits."""
    X = normal(rng, 200, 4)

    def seen(p: Params) -> Any:
        z = np.tanh(X @ p["w"]).astype(np.float32)
        return float(np.mean((z.view(np.uint32) & 0xFFFF0000).view(np.float32).astype(float)))

    return (lambda p: np.mean(np.tanh(X @ p["w"]))), {"w": normal(rng, 4)}, seen


def mean_of_float32(rng: Generator) -> Rounded:
    X = normal(rng, 300, 5)
    return (
        (lambda p: np.mean(np.tanh(X @ p["w"]) ** 2)),
        {"w": normal(rng, 5)},
        (lambda p: np.mean(np.tanh(X @ p["w"]).astype(np.float32) ** 2, dtype=np.float32)),
    )


def accuracy(rng: Generator) -> Rounded:
    """Share of a large test set: counts of 5,000."""
    X = normal(rng, 5000, 2)
    t = rng.random(5000)

    def seen(p: Params) -> Any:
        return float(np.mean(t < sigmoid(X @ p["w"])))

    def exact(p: Params) -> Any:
        return np.mean(sigmoid(X @ p["w"]))

    return exact, {"w": normal(rng, 2)}, seen


def tolerance_solver(rng: Generator) -> Rounded:
    """A fixed point iterated to 1e-12: smooth to that."""
    W = normal(rng, 4, 4)
    W = 0.5 * W / np.linalg.norm(W, 2)

    def exact(p: Params) -> Any:
        h = np.zeros(4)
        for _ in range(120):
            h = np.tanh(W @ h + p["b"])
        return np.sum(h**2)

    def seen(p: Params) -> Any:
        h = np.zeros(4)
        for _ in range(200):
            new = np.tanh(W @ h + p["b"])
            if np.abs(new - h).max() < 1e-12:
                return np.sum(new**2)
            h = new
        return np.sum(h**2)

    return exact, {"b": normal(rng, 4)}, seen


def multiplicative_noise(rng: Generator) -> Rounded:
    level = 10.0 ** rng.uniform(-13, -7)

    def exact(p: Params) -> Any:
        return np.exp(np.sum(p["x"] * np.array([3.0, -2.0, 5.0])))

    def seen(p: Params) -> Any:
        words = np.ascontiguousarray(p["x"]).view(np.uint32).tolist()
        return exact(p) * (1 + level * np.random.default_rng(words).standard_normal())

    return exact, {"x": normal(rng, 3)}, seen


def noise_on_one_side(rng: Generator) -> Rounded:
    """Clean where x[0] is below the point, noisy above."""
    x = normal(rng, 3)
    level = 10.0 ** rng.uniform(-10, -6)

    def exact(p: Params) -> Any:
        return np.sum(np.sin(p["x"]) * np.array([1.0, 2.0, 3.0]))

    def seen(p: Params) -> Any:
        words = np.ascontiguousarray(p["x"]).view(np.uint32).tolist()
        return exact(p) + (level * np.random.default_rng(words).standard_normal() if p["x"][0] > x[0] else 0)

    return exact, {"x": x}, seen


def even_at_zero(rng: Generator) -> Made:
    k = 10.0 ** rng.uniform(-1, 3)
    a = normal(rng, 4)
    return (lambda p: np.sum(np.cosh(k * p["w"]) + a * p["w"])), {"w": np.zeros(4)}


def rayleigh(rng: Generator) -> Made:
    A = normal(rng, 5, 5)
    A = A + A.T
    return (lambda p: (p["x"] @ A @ p["x"]) / (p["x"] @ p["x"])), {"x": 10.0 ** rng.uniform(-6, 6) * normal(rng, 5)}


def eigen_gap(rng: Generator) -> Made:
    """Largest eigenvalue by 40 power iterations."""

    def cost(p: Params) -> Any:
        v = np.ones(4)
        A = p["A"] @ p["A"].T
        for _ in range(40):
            v = A @ v
            v = v / np.sqrt(v @ v)
        return v @ A @ v

    return cost, {"A": normal(rng, 4, 4)}


def lse_of_kinks(rng: Generator) -> Made:
    X = normal(rng, 30, 4)
    return (lambda p: np.log(np.mean(np.exp(positive(X @ p["w"]))))), {"w": normal(rng, 4)}


def deep_relu(rng: Generator) -> Made:
    X = normal(rng, 6, 20)

    def cost(p: Params) -> Any:
        h = X
        for i in range(12):
            h = positive(p[f"W{i}"] @ h)
        return np.sum(h**2)

    return cost, {f"W{i}": normal(rng, 6, 6) * np.sqrt(2 / 6) for i in range(12)}


def min_max_game(rng: Generator) -> Made:
    A = normal(rng, 4, 5)
    return (lambda p: largest(A.T @ p["x"]) - largest(-(A @ p["y"]))), {"x": normal(rng, 4), "y": normal(rng, 5)}


def l1_norm_generic(rng: Generator) -> Made:
    A = normal(rng, 8, 5)
    return (lambda p: np.sum(size(A @ p["x"])) + 0.3 * np.sum(size(p["x"]))), {"x": normal(rng, 5)}


def l1_sparse(rng: Generator) -> Made:
    """Weights of which half are exactly 0 under an L1 norm; right: sign(0) = 0."""
    y = normal(rng, 6)
    w = np.where(rng.random(6) < 0.5, 0.0, normal(rng, 6))

    def cost(p: Params) -> Any:
        r = np.real(p["w"])
        return np.sum(np.where(r < 0, -p["w"], np.where(r > 0, p["w"], np.abs(r)))) + np.sum((p["w"] - y) ** 2)

    return cost, {"w": w}


def clipped_weights(rng: Generator) -> Made:
    x = rng.uniform(-2, 2, 8)
    return (
        lambda p: (
            np.sum(np.where(np.abs(np.real(p["x"])) < 1, p["x"], np.sign(np.real(p["x"]))) ** 3) + np.sum(p["x"])
        )
    ), {"x": x}


LOSSES = (
    temperature, focal, dice, huber, quantile_loss, hinge_margin, triplet, contrastive, kl_gaussians, gaussian_nll,
    evidence_of_mixture,
)  # fmt: skip
LAYERS = (
    gelu, swish, elu, leaky, hard_sigmoid, softsign, zero_weights, tiny_weights, saturated, max_pool, attention,
    layer_norm_stack, long_rnn, gru, embedding_rows, dropout_fixed,
)  # fmt: skip
ALGEBRA = (
    log_determinant, inverse_trace, determinant, product, cumulative, spectrum, ctc, soft_edit_distance, viterbi,
    sorting, median, top_k,
)  # fmt: skip
SIMULATIONS = (
    runge_kutta, chaos, newton_root, heat, monte_carlo, option_price, lennard_jones, physical_units, huge_sum,
    cancelling, barrier, norm_at_nothing,
)  # fmt: skip
ODD = (
    clipped_log, naive_softmax, timestamps, mixed_sizes, one_tiny_entry, rational, sqrt_edge, arccos_edge,
    perfect_fit, perfect_fit_alone, quartic_minimum, relu_zero_bias, relu_binary, relu_cubed, sine_layers,
    fourier_features, masked_nan_guard, step_penalty, modulo, tolerance_solver, multiplicative_noise,
    even_at_zero, rayleigh, eigen_gap, lse_of_kinks, deep_relu, min_max_game, l1_norm_generic, l1_sparse,
    clipped_weights,
)  # fmt: skip
COARSE = (
    log_eps, rounding_of_input, int8, bfloat, mean_of_float32, accuracy, noise_on_one_side,
    float32_layer, float32_params, float16_inside, fixed_point, read_from_log, noisy_simulator, linear_table,
    adaptive_quadrature,
)  # fmt: skip
KINDS: dict[str, Callable[[Generator], Any]] = {
    f.__name__: f for f in (*LOSSES, *LAYERS, *ALGEBRA, *SIMULATIONS, *ODD, *COARSE)
}
